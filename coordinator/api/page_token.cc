#include "coordinator/api/page_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr size_t kTimeBytes = 8;
constexpr size_t kSignatureBytes = 32;  // SHA-256

std::string Hmac(std::string_view key, std::string_view text) {
  std::string out(kSignatureBytes, '\0');
  unsigned int size = kSignatureBytes;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

std::string EncodeTime(absl::Time time) {
  auto millis = static_cast<uint64_t>(absl::ToUnixMillis(time));
  std::string out(kTimeBytes, '\0');
  for (size_t i = kTimeBytes; i-- > 0; millis >>= 8) out[i] = static_cast<char>(millis & 0xFF);
  return out;
}

absl::Time DecodeTime(std::string_view bytes) {
  uint64_t millis = 0;
  for (const char c : bytes) millis = millis << 8 | static_cast<unsigned char>(c);
  return absl::FromUnixMillis(static_cast<int64_t>(millis));
}

}  // namespace

// A key of its own, so that no other kind of token passes for a page token.
PageTokens::PageTokens(std::string_view cluster_secret)
    : key_(Hmac(cluster_secret, "page token")) {}

std::string PageTokens::Sign(std::string_view request, std::string_view payload) const {
  return Hmac(key_, StrCat(request.size(), ":", request, payload));
}

std::string PageTokens::Make(std::string_view request, std::string_view position,
                             absl::Time now) const {
  const std::string payload = StrCat(EncodeTime(now), position);
  return absl::WebSafeBase64Escape(StrCat(Sign(request, payload), payload));
}

std::optional<std::string> PageTokens::Read(std::string_view token, std::string_view request,
                                            absl::Time now) const {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(token), &bytes)) return std::nullopt;
  if (bytes.size() < kSignatureBytes + kTimeBytes) return std::nullopt;
  const std::string_view signature = std::string_view(bytes).substr(0, kSignatureBytes);
  const std::string_view payload = std::string_view(bytes).substr(kSignatureBytes);
  const std::string wanted = Sign(request, payload);
  if (CRYPTO_memcmp(wanted.data(), signature.data(), kSignatureBytes) != 0) return std::nullopt;
  if (now - DecodeTime(payload.substr(0, kTimeBytes)) > kValidity) return std::nullopt;
  return std::string(payload.substr(kTimeBytes));
}

}  // namespace pawl::api
