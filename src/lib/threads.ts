/**
 * Each live camera occupies one of libuv's threads while it waits for a packet; with the default of four, four cameras would
 * starve decoding, files and name look-ups. libuv reads this when its first thread starts, so it is imported before anything else.
 * So that glibc does not give each of them heaps of its own, as large as the pictures that once lay in them, the npm scripts set
 * MALLOC_ARENA_MAX=2, which counts only before the process starts (mallopt(3)).
 */
process.env.UV_THREADPOOL_SIZE ??= "64";
