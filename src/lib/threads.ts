/**
 * Each live camera occupies one of libuv's threads while it waits for a packet; with the default of four, four cameras would
 * starve decoding, files and name look-ups. libuv reads this when its first thread starts, so it is imported before anything else.
 */
process.env.UV_THREADPOOL_SIZE ??= "64";
