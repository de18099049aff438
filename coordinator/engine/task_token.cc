#include "coordinator/engine/task_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstring>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {
namespace {

constexpr char kFormat = 1;
constexpr size_t kSignatureBytes = 16;
constexpr size_t kFixedBytes = 1 + 16 + 8 + 8;

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

std::string TaskTokens::Sign(std::string_view payload) const {
  const std::string signed_text = StrCat(scope_, "/", payload);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
       digest.data(), &length);
  return std::string(reinterpret_cast<const char*>(digest.data()), kSignatureBytes);
}

std::string TaskTokens::Encode(const TaskToken& token) const {
  std::string payload(1, kFormat);
  const auto& id = token.execution.value().bytes();
  payload.append(reinterpret_cast<const char*>(id.data()), id.size());
  AppendInt64(token.branch.value(), &payload);
  AppendInt64(token.nonce, &payload);
  payload.append(token.activity_name);
  return absl::WebSafeBase64Escape(StrCat(payload, Sign(payload)));
}

absl::StatusOr<TaskToken> TaskTokens::Decode(std::string_view text) const {
  const absl::Status invalid = absl::InvalidArgumentError("not a task token");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes)) return invalid;
  if (bytes.size() < kFixedBytes + kSignatureBytes || bytes[0] != kFormat) return invalid;
  const std::string_view payload =
      std::string_view(bytes).substr(0, bytes.size() - kSignatureBytes);
  const std::string wanted = Sign(payload);
  if (CRYPTO_memcmp(wanted.data(), bytes.data() + payload.size(), kSignatureBytes) != 0) {
    return invalid;
  }
  std::array<uint8_t, 16> id;
  std::memcpy(id.data(), payload.data() + 1, id.size());
  return TaskToken{ExecutionId(Uuid(id)), BranchId(ReadInt64(payload.substr(17))),
                   ReadInt64(payload.substr(25)), std::string(payload.substr(kFixedBytes))};
}

}  // namespace pawl::engine
