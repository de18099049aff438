// Tells ThreadSanitizer which reports are about libraries that are not sanitized.
//
// Debian's gRPC orders its threads by atomics that the sanitizer does not see, and so do Protobuf
// and Abseil; what it sees are their calls of memcpy, free and the like. Our own accesses, gRPC's
// callbacks included, have no frame in these libraries and are reported as ever. Only in builds
// with -fsanitize=thread.

extern "C" const char* __tsan_default_suppressions() {
  return "race:libgrpc.so\n"
         "race:libgrpc++.so\n"
         "race:libgpr.so\n"
         "race:libprotobuf.so\n"
         "race:libabsl_\n";
}
