#include "coordinator/integrations/aws/request_customs.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "coordinator/base/strings.h"

namespace pawl::aws {
namespace {

std::string Digest(const EVP_MD* kind, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, kind, nullptr);
  return {reinterpret_cast<const char*>(digest), size};
}

std::string BigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

// Castagnoli's polynomial, as in RFC 3720; zlib has the other one.
uint32_t Crc32c(std::string_view text) {
  uint32_t crc = ~0u;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
  }
  return ~crc;
}

uint32_t Crc32(std::string_view text) {
  return static_cast<uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

Header* FindHeader(WireRequest* request, std::string_view name) {
  for (Header& header : request->headers) {
    if (absl::EqualsIgnoreCase(header.name, ToAbsl(name))) return &header;
  }
  return nullptr;
}

void AddMissing(WireRequest* request, std::string_view name, std::string value) {
  if (FindHeader(request, name) == nullptr) {
    request->headers.push_back({std::string(name), std::move(value)});
  }
}

// Which the caller has computed already, by any algorithm.
bool HasChecksum(WireRequest* request) {
  constexpr std::string_view kNames[] = {"content-md5",           "x-amz-checksum-crc32",
                                         "x-amz-checksum-crc32c", "x-amz-checksum-sha1",
                                         "x-amz-checksum-sha256", "x-amz-checksum-crc64nvme"};
  return std::any_of(std::begin(kNames), std::end(kNames), [request](std::string_view name) {
    return FindHeader(request, name) != nullptr;
  });
}

void AddChecksum(const Operation& operation, const Input& input, WireRequest* request) {
  if (HasChecksum(request)) return;
  const Input* algorithm = input.Find(operation.checksum_member);
  const std::string body = request->body.value_or("");
  if (algorithm != nullptr && algorithm->text == "SHA256") {
    AddMissing(request, "x-amz-checksum-sha256", absl::Base64Escape(Digest(EVP_sha256(), body)));
  } else if (algorithm != nullptr && algorithm->text == "SHA1") {
    AddMissing(request, "x-amz-checksum-sha1", absl::Base64Escape(Digest(EVP_sha1(), body)));
  } else if (algorithm != nullptr && algorithm->text == "CRC32") {
    AddMissing(request, "x-amz-checksum-crc32", absl::Base64Escape(BigEndian(Crc32(body))));
  } else if (algorithm != nullptr && algorithm->text == "CRC32C") {
    AddMissing(request, "x-amz-checksum-crc32c", absl::Base64Escape(BigEndian(Crc32c(body))));
  } else if (operation.checksum_required) {
    AddMissing(request, "Content-MD5", absl::Base64Escape(Digest(EVP_md5(), body)));
  }
}

// "/hostedzone/Z1" is what results have, "Z1" what paths need.
void CustomizeRoute53(WireRequest* request) {
  for (const std::string_view kind : {"hostedzone", "change", "delegationset"}) {
    const std::string doubled = StrCat("/", kind, "/%2F", kind, "%2F");
    if (const size_t at = request->path.find(doubled); at != std::string::npos) {
      request->path.replace(at, doubled.size(), StrCat("/", kind, "/"));
    }
  }
}

// SHA-256 of a tree whose leaves are the digests of one mebibyte each.
std::string TreeHash(std::string_view body) {
  constexpr size_t kLeaf = 1 << 20;
  std::vector<std::string> level;
  for (size_t at = 0; at < body.size() || level.empty(); at += kLeaf) {
    level.push_back(Digest(EVP_sha256(), body.substr(std::min(at, body.size()), kLeaf)));
  }
  while (level.size() > 1) {
    std::vector<std::string> next;
    for (size_t i = 0; i < level.size(); i += 2) {
      const bool pair = i + 1 < level.size();
      next.push_back(pair ? Digest(EVP_sha256(), level[i] + level[i + 1]) : level[i]);
    }
    level = std::move(next);
  }
  return absl::BytesToHexString(level.front());
}

void CustomizeGlacier(const ServiceModel& model, WireRequest* request) {
  AddMissing(request, "x-amz-glacier-version", std::string(model.api_version));
  if (request->body && !request->body->empty()) {
    AddMissing(request, "x-amz-content-sha256",
               absl::BytesToHexString(Digest(EVP_sha256(), *request->body)));
    AddMissing(request, "x-amz-sha256-tree-hash", TreeHash(*request->body));
  }
}

}  // namespace

void Customize(const ServiceModel& model, const Operation& operation, const Input& input,
               WireRequest* request) {
  if (model.service_id == "Route 53") CustomizeRoute53(request);
  if (model.service_id == "Glacier") CustomizeGlacier(model, request);
  if (model.service_id == "API Gateway") AddMissing(request, "Accept", "application/json");
  if (operation.checksum_required || !operation.checksum_member.empty()) {
    AddChecksum(operation, input, request);
  }
}

}  // namespace pawl::aws
