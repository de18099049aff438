// A disk whose power can be cut, preloaded into PostgreSQL's server. Each fdatasync of a segment of
// the write-ahead log takes a while longer, at random, and leaves a copy of what it covered: after
// a kill -9 of all of the server's processes, putting the copies in the place of the segments takes
// away what no fdatasync that returned had covered, and which the page cache would have kept.
//
//   PAWL_SYNCED_WAL   the folder of the copies
//   PAWL_SLOW_SYNC    the longest delay, in microseconds

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr int kSegmentNameLength = 24;

// The name of the segment that `fd` is open on; false when it is another file.
bool SegmentName(int fd, char* name) {
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length < 0) return false;
  path[length] = '\0';
  const char* last = std::strrchr(path, '/');
  if (last == nullptr || std::strstr(path, "/pg_wal/") == nullptr) return false;
  if (std::strlen(last + 1) != kSegmentNameLength) return false;
  std::memcpy(name, last + 1, kSegmentNameLength + 1);
  return true;
}

void Copy(int from, const char* to) {
  struct stat status;
  const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (out < 0 || fstat(from, &status) != 0) std::abort();
  off_t offset = 0;
  while (offset < status.st_size) {
    if (sendfile(out, from, &offset, static_cast<size_t>(status.st_size - offset)) <= 0) {
      std::abort();
    }
  }
  close(out);
}

void Delay() {
  static unsigned int seed = static_cast<unsigned int>(getpid()) * 2654435761U;
  const char* longest = std::getenv("PAWL_SLOW_SYNC");
  if (longest == nullptr || std::atoi(longest) <= 0) return;
  usleep(static_cast<useconds_t>(rand_r(&seed) % std::atoi(longest)));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  using Function = int (*)(int);
  static const Function real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "fdatasync"));
  const char* folder = std::getenv("PAWL_SYNCED_WAL");
  char name[kSegmentNameLength + 1];
  if (folder == nullptr || !SegmentName(fd, name)) return real(fd);
  char written[PATH_MAX];
  char synced[PATH_MAX];
  std::snprintf(written, sizeof(written), "%s/%d.written", folder, static_cast<int>(getpid()));
  std::snprintf(synced, sizeof(synced), "%s/%s", folder, name);
  Copy(fd, written);  // nobody writes to the log meanwhile: the caller holds its write lock
  Delay();
  if (std::rename(written, synced) != 0) std::abort();
  return 0;
}
