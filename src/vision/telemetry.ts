/**
 * Official builds of ONNX Runtime since 1.29 write an identifier of the machine below the home folder and send what models it runs, and how
 * fast, to their maker (its docs/Privacy.md). A camera tells nobody: this has to be set, in the main thread, before the library is loaded.
 */
process.env.ORT_DISABLE_TELEMETRY = "1";
