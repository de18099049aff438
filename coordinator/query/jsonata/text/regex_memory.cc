#include "coordinator/query/jsonata/text/regex_memory.h"

namespace pawl::jsonata {
namespace {

constexpr uint64_t kMaxBits = 512u << 20;  // 64 MB

}  // namespace

bool RegexMemory::TurnOn(const RegexProgram& program, size_t text_size) {
  places_ = uint64_t{text_size} + 1;
  const uint64_t bits = uint64_t{program.choice_count} * (program.open_rounds_max + 1) * places_;
  if (bits > kMaxBits) return false;
  program_ = &program;
  seen_.assign(bits / 64 + 1, 0);
  return true;
}

}  // namespace pawl::jsonata
