#include "tests/fuzz/seed_guard.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace pawl::fuzz {
namespace {

const char* program_name = "";
volatile std::sig_atomic_t current_seed = 0;

// Only what a signal handler may call.
void OnSignal(int signal) {
  char text[96] = "";
  std::strncpy(text, program_name, 32);
  std::strcat(text, ": failed on seed ");
  size_t size = std::strlen(text);
  char digits[20];
  size_t count = 0;
  for (long rest = current_seed; rest > 0 || count == 0; rest /= 10) {
    digits[count++] = static_cast<char>('0' + rest % 10);
  }
  while (count > 0) text[size++] = digits[--count];
  text[size++] = '\n';
  if (write(STDERR_FILENO, text, size) < 0) _exit(3);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void GuardSeeds(const char* program) {
  program_name = program;
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGVTALRM}) {
    std::signal(signal, OnSignal);
  }
}

void BeginSeed(uint64_t seed, unsigned max_seconds) {
  current_seed = static_cast<std::sig_atomic_t>(seed);
  const itimerval limit = {.it_value = {.tv_sec = max_seconds}};
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);
}

void EndSeeds() { BeginSeed(0, 0); }

bool ParseSeeds(const char* text, uint64_t* from, uint64_t* to) {
  char* end = nullptr;
  *from = std::strtoull(text, &end, 10);
  if (end == text) return false;
  *to = std::strncmp(end, "..", 2) == 0 ? std::strtoull(end + 2, nullptr, 10) : *from;
  return true;
}

}  // namespace pawl::fuzz
