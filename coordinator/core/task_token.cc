#include "coordinator/core/task_token.h"

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"

namespace pawl::core {
namespace {

constexpr char kFormat = 1;
constexpr size_t kFixedBytes = 1 + 16 + 8 + 8;

absl::Status Invalid() { return absl::InvalidArgumentError("not a task token"); }

void AppendInt64(int64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(value) >> shift));
  }
}

int64_t ReadInt64(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

}  // namespace

std::string TokenPayload(const TaskToken& token) {
  std::string payload(1, kFormat);
  const auto& id = token.execution.value().bytes();
  payload.append(reinterpret_cast<const char*>(id.data()), id.size());
  AppendInt64(token.branch.value(), &payload);
  AppendInt64(token.nonce, &payload);
  payload.append(token.queue);
  return payload;
}

absl::StatusOr<TaskToken> ReadTokenPayload(std::string_view payload) {
  if (payload.size() < kFixedBytes || payload[0] != kFormat) return Invalid();
  std::array<uint8_t, 16> id;
  std::memcpy(id.data(), payload.data() + 1, id.size());
  return TaskToken{ExecutionId(Uuid(id)), BranchId(ReadInt64(payload.substr(17))),
                   ReadInt64(payload.substr(25)), std::string(payload.substr(kFixedBytes))};
}

absl::StatusOr<TaskToken> ReadUnverifiedToken(std::string_view token) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &bytes)) return Invalid();
  if (bytes.size() < kTokenSignatureBytes) return Invalid();
  return ReadTokenPayload(std::string_view(bytes).substr(0, bytes.size() - kTokenSignatureBytes));
}

}  // namespace pawl::core
