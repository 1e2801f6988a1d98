test(() => {}, "before it breaks");
noSuchFunction();
