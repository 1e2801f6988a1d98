// A Sluice function in C: the event comes on standard input, the result goes to standard output, and what is written to
// standard error is the function's log. The event of a function URL is a JSON object with the request's body in it.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 5, WORDS_MAX = 20000 };

struct word {
  const char *text;
  size_t length;
  int count;
};

static char *read_all(FILE *in, size_t *length) {
  size_t room = 65536, used = 0;
  char *text = malloc(room + 1);
  for (;;) {
    if (text == NULL) return NULL;
    size_t got = fread(text + used, 1, room - used, in);
    used += got;
    if (got == 0) break;
    if (used == room) text = realloc(text, (room *= 2) + 1);
  }
  text[used] = '\0';
  *length = used;
  return text;
}

// Steps over a string that begins at `at`, and answers what follows its closing quote.
static const char *skip_string(const char *at) {
  for (at++; *at != '\0' && *at != '"'; at++)
    if (*at == '\\' && at[1] != '\0') at++;
  return *at == '"' ? at + 1 : at;
}

// The value of a key of the outermost object, or NULL. The event is JSON of the platform's own making.
static const char *find_member(const char *json, const char *key) {
  size_t key_length = strlen(key);
  int depth = 0;
  for (const char *at = json; *at != '\0';) {
    if (*at == '"') {
      const char *end = skip_string(at);
      bool matches = depth == 1 && *end == ':' && (size_t)(end - at) == key_length + 2 &&
                     memcmp(at + 1, key, key_length) == 0;
      if (matches) return end + 1;
      at = end;
      continue;
    }
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    at++;
  }
  return NULL;
}

static size_t put_utf8(char *out, uint32_t code) {
  if (code < 0x80) return out[0] = (char)code, 1;
  if (code < 0x800) return out[0] = (char)(0xc0 | code >> 6), out[1] = (char)(0x80 | (code & 0x3f)), 2;
  if (code < 0x10000) {
    out[0] = (char)(0xe0 | code >> 12), out[1] = (char)(0x80 | (code >> 6 & 0x3f)), out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | code >> 18), out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f)), out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

static uint32_t read_hex(const char *at) {
  char digits[5] = {0};
  strncpy(digits, at, 4);
  return (uint32_t)strtoul(digits, NULL, 16);
}

// A JSON string as UTF-8; it never gets longer.
static char *decode_string(const char *json) {
  const char *end = skip_string(json);
  char *text = malloc((size_t)(end - json) + 1), *out = text;
  for (const char *at = json + 1; at < end - 1; at++) {
    if (*at != '\\') {
      *out++ = *at;
      continue;
    }
    at++;
    if (*at == 'u') {
      uint32_t code = read_hex(at + 1);
      at += 4;
      if (code >= 0xd800 && code < 0xdc00 && at[1] == '\\' && at[2] == 'u') {
        code = 0x10000 + ((code - 0xd800) << 10) + (read_hex(at + 3) - 0xdc00);
        at += 6;
      }
      out += put_utf8(out, code);
    } else {
      const char *names = "nrtbf", *values = "\n\r\t\b\f", *found = strchr(names, *at);
      *out++ = found != NULL ? values[found - names] : *at;
    }
  }
  *out = '\0';
  return text;
}

static void decode_base64(char *text) {
  const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *out = text;
  uint32_t bits = 0;
  int count = 0;
  for (const char *at = text; *at != '\0' && *at != '='; at++) {
    const char *digit = strchr(digits, *at);
    if (digit == NULL) continue;
    bits = bits << 6 | (uint32_t)(digit - digits);
    if ((count += 6) >= 8) *out++ = (char)(bits >> (count -= 8));
  }
  *out = '\0';
}

// Letters and digits of ASCII, and every character beyond it, so that words of all languages stay whole.
static bool is_word(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
}

static int by_text(const void *left, const void *right) {
  const struct word *a = left, *b = right;
  int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
  return order != 0 ? order : (int)a->length - (int)b->length;
}

static int by_count(const void *left, const void *right) {
  const struct word *a = left, *b = right;
  return a->count != b->count ? b->count - a->count : by_text(left, right);
}

static size_t merge_equal(struct word *words, size_t count) {
  size_t kept = 0;
  qsort(words, count, sizeof *words, by_text);
  for (size_t i = 0; i < count; i++) {
    if (kept > 0 && by_text(&words[kept - 1], &words[i]) == 0) words[kept - 1].count++;
    else words[kept++] = words[i];
  }
  return kept;
}

int main(void) {
  size_t length;
  char *event = read_all(stdin, &length);
  const char *body = event == NULL ? NULL : find_member(event, "body");
  if (body == NULL || *body != '"') {
    fprintf(stderr, "There is no text to count: send it as the body of a POST request.\n");
    return 2;
  }
  char *text = decode_string(body);
  const char *base64 = find_member(event, "isBase64Encoded");
  if (base64 != NULL && *base64 == 't') decode_base64(text);

  static struct word words[WORDS_MAX];
  size_t lines = 0, characters = 0, total = 0, stored = 0;
  for (char *at = text; *at != '\0';) {
    if (!is_word((unsigned char)*at)) {
      lines += *at++ == '\n';
      characters++;
      continue;
    }
    struct word word = {at, 0, 1};
    for (; is_word((unsigned char)*at); at++) {
      if (*at >= 'A' && *at <= 'Z') *at += 'a' - 'A';
      characters += ((unsigned char)*at & 0xc0) != 0x80;
    }
    word.length = (size_t)(at - word.text);
    total++;
    if (stored < WORDS_MAX) words[stored++] = word;
  }
  if (total > WORDS_MAX) fprintf(stderr, "Only the first %d words were compared.\n", WORDS_MAX);
  size_t distinct = merge_equal(words, stored);
  qsort(words, distinct, sizeof *words, by_count);

  fprintf(stderr, "counted %zu words\n", total);
  printf("{\"lines\":%zu,\"words\":%zu,\"distinct\":%zu,\"characters\":%zu,\"top\":[", lines, total, distinct, characters);
  for (size_t i = 0; i < distinct && i < TOP; i++)
    printf("%s{\"word\":\"%.*s\",\"count\":%d}", i == 0 ? "" : ",", (int)words[i].length, words[i].text, words[i].count);
  printf("]}\n");
  return 0;
}
