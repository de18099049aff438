#include "coordinator/engine/task_token.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {

namespace {

using Context = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

std::shared_ptr<const EVP_MAC_CTX> BeginHmac(const std::string& secret) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), EVP_MAC_free);
  Context context(EVP_MAC_CTX_new(hmac.get()), EVP_MAC_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
               parameters);
  return context;
}

}  // namespace

TaskTokens::TaskTokens(const std::string& secret, std::string scope)
    : keyed_(BeginHmac(secret)), scope_(std::move(scope)) {}

std::string TaskTokens::Sign(std::string_view payload) const {
  const std::string signed_text = StrCat(scope_, "/", payload);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  size_t length = 0;
  const Context context(EVP_MAC_CTX_dup(keyed_.get()), EVP_MAC_CTX_free);
  EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(signed_text.data()),
                 signed_text.size());
  EVP_MAC_final(context.get(), digest.data(), &length, digest.size());
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
