// The intrinsic functions on strings.

#include <openssl/evp.h>

#include <limits>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "coordinator/asl/intrinsic_call.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/java_text.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxCharacters = 10'000;  // AWS: input of States.Hash and of the Base64 functions
// Far more than a payload may have; keeps a call that repeats its input from filling the memory.
constexpr size_t kMaxTextBytes = 16u << 20;
constexpr size_t kAny = std::numeric_limits<size_t>::max();

bool IsShortText(Json value) {
  return value.is_string() && CountUtf16(value.as_string()) <= kMaxCharacters;
}

std::optional<Json> Base64Encode(Arguments arguments, const FunctionContext& context) {
  if (!IsShortText(arguments[0])) return std::nullopt;
  return Json::String(absl::Base64Escape(ToAbsl(arguments[0].as_string())), context.arena);
}

bool IsBase64Alphabet(std::string_view text) {
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
         std::string_view::npos;
}

std::optional<Json> Base64Decode(Arguments arguments, const FunctionContext& context) {
  if (!IsShortText(arguments[0])) return std::nullopt;
  const std::string_view encoded = arguments[0].as_string();
  std::string decoded;
  if (!IsBase64Alphabet(encoded) || !absl::Base64Unescape(ToAbsl(encoded), &decoded)) {
    return std::nullopt;
  }
  return Json::String(ReplaceInvalidUtf8(decoded), context.arena);
}

struct NamedDigest {
  std::string_view name;
  const EVP_MD* (*digest)();
};

constexpr NamedDigest kDigests[] = {
    {"MD5", EVP_md5},        {"SHA-1", EVP_sha1},     {"SHA-256", EVP_sha256},
    {"SHA-384", EVP_sha384}, {"SHA-512", EVP_sha512},
};

std::optional<Json> Hash(Arguments arguments, const FunctionContext& context) {
  if (!arguments[1].is_string()) return std::nullopt;
  std::string text;
  if (arguments[0].is_string()) {
    text = arguments[0].as_string();
  } else if (!AppendJsonWithin(arguments[0], kMaxTextBytes, &text)) {
    return std::nullopt;
  }
  if (CountUtf16(text) > kMaxCharacters) return std::nullopt;
  for (const NamedDigest& named : kDigests) {
    if (named.name != arguments[1].as_string()) continue;
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes, &size, named.digest(), nullptr) != 1) {
      return std::nullopt;
    }
    const absl::string_view digest(reinterpret_cast<const char*>(bytes), size);
    return Json::String(absl::BytesToHexString(digest), context.arena);
  }
  return std::nullopt;
}

std::optional<Json> StringToJson(Arguments arguments, const FunctionContext& context) {
  if (!arguments[0].is_string()) return std::nullopt;
  const std::string_view text = arguments[0].as_string();
  // Jackson reads a document that is not there as null.
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::Null();
  absl::StatusOr<Json> value = ParseJson(text, context.arena);
  return value.ok() ? std::optional(*value) : std::nullopt;
}

std::optional<Json> JsonToString(Arguments arguments, const FunctionContext& context) {
  std::string text;
  if (!AppendJsonWithin(arguments[0], kMaxTextBytes, &text)) return std::nullopt;
  return Json::String(text, context.arena);
}

std::optional<Json> StringSplit(Arguments arguments, const FunctionContext& context) {
  if (!arguments[0].is_string() || !arguments[1].is_string()) return std::nullopt;
  absl::flat_hash_set<std::string> delimiters;  // one character each
  std::string_view left = arguments[1].as_string();
  while (!left.empty()) {
    const size_t length = Utf8Length(left.front());
    delimiters.emplace(left.substr(0, length));
    left.remove_prefix(std::min(length, left.size()));
  }
  const std::string_view text = arguments[0].as_string();
  std::vector<Json> pieces;
  size_t start = 0;
  const auto end_piece = [&](size_t end) {
    if (end > start) pieces.push_back(Json::String(text.substr(start, end - start)));
  };
  for (size_t i = 0; i < text.size();) {
    const size_t length = Utf8Length(text[i]);
    if (delimiters.contains(ToAbsl(text.substr(i, length)))) {
      end_piece(i);
      start = i + length;
    }
    i += length;
  }
  end_piece(text.size());
  return Json::Array(pieces, context.arena);
}

bool AppendFormatted(Json value, std::string* out) {
  if (out->size() > kMaxTextBytes) return false;
  if (!value.is_array() && !value.is_object()) {
    out->append(query::JavaText(value));
    return true;
  }
  std::string as_json;  // as long as Java's form, or longer
  if (!AppendJsonWithin(value, kMaxTextBytes, &as_json)) return false;
  out->append(query::JavaText(value));
  return true;
}

std::optional<Json> Format(Arguments arguments, const FunctionContext& context) {
  if (!arguments[0].is_string()) return std::nullopt;
  const std::string_view pattern = arguments[0].as_string();
  std::string text;
  size_t next = 1;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char following = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '\\' && following != '\0' &&
        std::string_view("'{}\\").find(following) != std::string_view::npos) {
      text.push_back(following);
      ++i;
    } else if (c == '{' && following == '}') {
      if (next == arguments.size() || !AppendFormatted(arguments[next++], &text)) {
        return std::nullopt;
      }
      ++i;
    } else {
      text.push_back(c);
    }
  }
  if (next != arguments.size()) return std::nullopt;
  return Json::String(text, context.arena);
}

constexpr IntrinsicFunction kFunctions[] = {
    {"Base64Encode", 1, 1, Base64Encode},
    {"Base64Decode", 1, 1, Base64Decode},
    {"Hash", 2, 2, Hash},
    {"StringToJson", 1, 1, StringToJson},
    {"JsonToString", 1, 1, JsonToString},
    {"StringSplit", 2, 2, StringSplit},
    {"Format", 1, kAny, Format},
};

}  // namespace

std::span<const IntrinsicFunction> TextFunctions() { return kFunctions; }

}  // namespace pawl::asl
