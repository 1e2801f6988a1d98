#!/bin/sh
# Builds word-count.wasm. On Debian and Ubuntu: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32
set -eu
cd "$(dirname "$0")"
${CC:-clang} --target=wasm32-wasi -Oz -Wall -Wextra -Werror -Wl,--strip-all -o word-count.wasm src/word-count.c
ls -l word-count.wasm
