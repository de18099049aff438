#include "coordinator/base/ids.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"

namespace pawl {
namespace {

// Random bytes, fetched in portions: a system call for each id would cost more than the id.
class RandomBuffer {
 public:
  void Take(void* to, size_t bytes) {
    if (sizeof(buffer_) - used_ < bytes) Refill();
    std::memcpy(to, buffer_ + used_, bytes);
    used_ += bytes;
  }

 private:
  void Refill() {
    size_t filled = 0;
    while (filled < sizeof(buffer_)) {
      const ssize_t got = getrandom(buffer_ + filled, sizeof(buffer_) - filled, 0);
      if (got > 0) {
        filled += static_cast<size_t>(got);
      } else if (errno != EINTR) {
        std::abort();  // a kernel without randomness: no id would be safe
      }
    }
    used_ = 0;
  }

  unsigned char buffer_[1024];
  size_t used_ = sizeof(buffer_);
};

void FillRandom(void* to, size_t bytes) {
  thread_local RandomBuffer buffer;
  buffer.Take(to, bytes);
}

// The bits that say what kind of UUID it is (RFC 9562, section 4).
void SetVersion(int version, std::array<uint8_t, 16>* bytes) {
  (*bytes)[6] = static_cast<uint8_t>((version << 4) | ((*bytes)[6] & 0x0F));
  (*bytes)[8] = static_cast<uint8_t>(0x80 | ((*bytes)[8] & 0x3F));
}

bool IsDashAt(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr size_t kPrintedLength = 36;

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(std::string_view text) {
  std::array<uint8_t, 16> bytes{};
  size_t digits = 0;
  bool valid = text.size() == kPrintedLength;
  for (size_t i = 0; valid && i < text.size(); ++i) {
    if (IsDashAt(i)) {
      valid = text[i] == '-';
      continue;
    }
    const int value = HexValue(text[i]);
    valid = value >= 0;
    bytes[digits / 2] = static_cast<uint8_t>(bytes[digits / 2] << 4 | (value & 0xF));
    ++digits;
  }
  if (!valid) return absl::InvalidArgumentError(StrCat("'", text, "' is not a UUID"));
  return Uuid(bytes);
}

Uuid Uuid::Random() {
  std::array<uint8_t, 16> bytes;
  FillRandom(bytes.data(), bytes.size());
  SetVersion(4, &bytes);
  return Uuid(bytes);
}

Uuid Uuid::TimeOrdered(absl::Time time) { return TimeOrdered(time, RandomInt64); }

Uuid Uuid::TimeOrdered(absl::Time time, const std::function<int64_t()>& random) {
  const int64_t milliseconds = absl::ToUnixMillis(time);
  const int64_t below = absl::ToInt64Nanoseconds(time - absl::FromUnixMillis(milliseconds));
  const auto fraction = static_cast<uint16_t>(below * 4096 / 1'000'000);

  std::array<uint8_t, 16> bytes;
  const int64_t bits[] = {random(), random()};
  std::memcpy(bytes.data(), bits, bytes.size());
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>(fraction >> 8);
  bytes[7] = static_cast<uint8_t>(fraction);
  SetVersion(7, &bytes);
  return Uuid(bytes);
}

std::string Uuid::ToString() const {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kPrintedLength, '-');
  size_t at = 0;
  for (const uint8_t byte : bytes_) {
    if (IsDashAt(at)) ++at;
    text[at++] = kDigits[byte >> 4];
    text[at++] = kDigits[byte & 0xF];
  }
  return text;
}

int64_t RandomInt64() {
  int64_t value = 0;
  while (value == 0) FillRandom(&value, sizeof(value));
  return value;
}

}  // namespace pawl
