#include "coordinator/engine/task_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {

std::string TaskTokens::Sign(std::string_view payload) const {
  const std::string signed_text = StrCat(scope_, "/", payload);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
       digest.data(), &length);
  return std::string(reinterpret_cast<const char*>(digest.data()), core::kTokenSignatureBytes);
}

std::string TaskTokens::Encode(const TaskToken& token) const {
  const std::string payload = core::TokenPayload(token);
  return absl::WebSafeBase64Escape(StrCat(payload, Sign(payload)));
}

absl::StatusOr<TaskToken> TaskTokens::Decode(std::string_view text) const {
  const absl::Status invalid = absl::InvalidArgumentError("not a task token");
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes)) return invalid;
  if (bytes.size() < core::kTokenSignatureBytes) return invalid;
  const std::string_view payload =
      std::string_view(bytes).substr(0, bytes.size() - core::kTokenSignatureBytes);
  const std::string wanted = Sign(payload);
  if (CRYPTO_memcmp(wanted.data(), bytes.data() + payload.size(), core::kTokenSignatureBytes) !=
      0) {
    return invalid;
  }
  return core::ReadTokenPayload(payload);
}

}  // namespace pawl::engine
