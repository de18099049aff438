#include "coordinator/integrations/aws/names.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::aws {
namespace {

// What no method in Java can be called, or what all objects of the SDK have already. Sorted.
constexpr std::string_view kTakenInJava[] = {
    "abstract",  "assert",    "boolean",    "break",        "builder",    "byte",     "case",
    "catch",     "char",      "class",      "clone",        "const",      "continue", "default",
    "do",        "double",    "else",       "enum",         "equals",     "extends",  "false",
    "final",     "finalize",  "finally",    "float",        "for",        "getClass", "goto",
    "hashCode",  "if",        "implements", "import",       "instanceof", "int",      "interface",
    "long",      "native",    "new",        "notify",       "notifyAll",  "null",     "package",
    "private",   "protected", "public",     "return",       "sdkFields",  "short",    "static",
    "strictfp",  "super",     "switch",     "synchronized", "this",       "throw",    "throws",
    "toBuilder", "toString",  "transient",  "true",         "try",        "void",     "volatile",
    "wait",      "while",
};

bool IsUpper(char c) { return absl::ascii_isupper(c); }
bool IsLower(char c) { return absl::ascii_islower(c); }
bool IsDigit(char c) { return absl::ascii_isdigit(c); }

// Every place of `text` before which a new word begins gets a space.
std::string SpaceBefore(const std::string& text, const std::function<bool(size_t)>& begins) {
  std::string spaced;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && begins(i)) spaced.push_back(' ');
    spaced.push_back(text[i]);
  }
  return spaced;
}

// A version such as "v2" behind two characters or more that are not of `v`'s case is a word.
std::string SplitVersion(const std::string& text, char v) {
  const auto other_case = [v](char c) { return v == 'v' ? !IsLower(c) : !IsUpper(c); };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool version = text[i] == v && i >= 2 && other_case(text[i - 1]) &&
                         other_case(text[i - 2]) && i + 1 < text.size() && IsDigit(text[i + 1]);
    if (!version) {
      out.push_back(text[i]);
      continue;
    }
    StrAppend(&out, " ", std::string(1, v));
    while (i + 1 < text.size() && IsDigit(text[i + 1])) out.push_back(text[++i]);
    out.push_back(' ');
  }
  return out;
}

std::vector<std::string> Words(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (!absl::ascii_isalnum(c)) c = ' ';
  }
  text = SplitVersion(SplitVersion(text, 'v'), 'V');
  // "AcmSuccess"
  text = SpaceBefore(text, [&](size_t i) {
    return IsLower(text[i - 1]) && IsUpper(text[i]) && i + 1 < text.size() &&
           absl::ascii_isalnum(text[i + 1]);
  });
  // "ACMSuccess"
  text = SpaceBefore(text, [&](size_t i) {
    return IsUpper(text[i - 1]) && IsUpper(text[i]) && i + 1 < text.size() && IsLower(text[i + 1]);
  });
  // "Route53Resolver"
  text = SpaceBefore(
      text, [&](size_t i) { return IsDigit(text[i - 1]) && absl::ascii_isalpha(text[i]); });
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

std::string PascalCase(std::string_view name) {
  std::string out;
  for (const std::string& word : Words(name)) {
    std::string cased = absl::AsciiStrToLower(word);
    cased[0] = absl::ascii_toupper(cased[0]);
    out += cased;
  }
  return out;
}

// A name's leading capitals become small letters, but the last one before a small letter; what
// begins with a small letter stays as it is ("vCPUHour").
std::string Uncapitalized(std::string_view name) {
  std::string out(name);
  if (!IsUpper(name[0])) return out;
  size_t i = 0;
  do {
    out[i] = absl::ascii_tolower(out[i]);
    ++i;
  } while (i < name.size() && IsUpper(name[i]) && !(i + 1 < name.size() && IsLower(name[i + 1])));
  return out;
}

}  // namespace

std::string ServicePrefix(std::string_view service_id) {
  std::string_view prefix;
  const std::string cased = PascalCase(service_id);
  prefix = cased;
  for (const std::string_view brand : {"Amazon", "Aws"}) {
    if (prefix.starts_with(brand)) prefix.remove_prefix(brand.size());
  }
  constexpr std::string_view kService = "Service";
  if (prefix.ends_with(kService)) prefix.remove_suffix(kService.size());
  return std::string(prefix);
}

std::string ExceptionName(std::string_view shape) {
  constexpr std::string_view kFault = "Fault";
  constexpr std::string_view kException = "Exception";
  if (shape.ends_with(kException)) return PascalCase(shape);
  if (shape.ends_with(kFault)) shape.remove_suffix(kFault.size());
  return StrCat(PascalCase(shape), kException);
}

std::string MemberKey(std::string_view member) {
  if (member.empty()) return "";
  if (member == "NULL") return "Nul";  // of DynamoDB, whose name the SDK has by hand
  std::string key = Uncapitalized(member);
  if (std::binary_search(std::begin(kTakenInJava), std::end(kTakenInJava), key)) key += "Value";
  key[0] = absl::ascii_toupper(key[0]);
  return key;
}

std::string Capitalized(std::string_view member) {
  std::string key(member);
  if (!key.empty()) key[0] = absl::ascii_toupper(key[0]);
  return key;
}

std::string ActionName(std::string_view operation) {
  std::string action(operation);
  if (!action.empty()) action[0] = absl::ascii_tolower(action[0]);
  return action;
}

}  // namespace pawl::aws
