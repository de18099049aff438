// Says which seed was under way when a run dies of a signal or takes too long.

#ifndef PAWL_TESTS_FUZZ_SEED_GUARD_H_
#define PAWL_TESTS_FUZZ_SEED_GUARD_H_

#include <cstdint>

namespace pawl::fuzz {

// Of the process, from now on: signals that end it are told on standard error. `program` outlives
// it.
void GuardSeeds(const char* program);
// Begins with a seed; it ends the process when nothing else has begun after so many seconds of the
// processor: not of the clock, for others may use the machine.
void BeginSeed(uint64_t seed, unsigned max_seconds);
// No seed is under way any more.
void EndSeeds();

// Reads `A..B` or `A`; false when it is neither.
bool ParseSeeds(const char* text, uint64_t* from, uint64_t* to);

}  // namespace pawl::fuzz

#endif  // PAWL_TESTS_FUZZ_SEED_GUARD_H_
