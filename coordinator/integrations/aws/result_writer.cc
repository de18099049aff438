#include "coordinator/integrations/aws/result_writer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

// The digits of an integer of any size, without leading zeros, as JSON has it.
std::optional<std::string> IntegerText(std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return std::nullopt;
  }
  while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
  return StrCat(negative ? "-" : "", digits);
}

}  // namespace

void ResultWriter::String(std::string_view text) {
  AppendJsonString(FindInvalidUtf8(text) == std::string_view::npos ? std::string(text)
                                                                   : ReplaceInvalidUtf8(text),
                   &out_);
}

void ResultWriter::Bytes(std::string_view bytes) {
  if (FindInvalidUtf8(bytes) == std::string_view::npos) return AppendJsonString(bytes, &out_);
  AppendJsonString(absl::Base64Escape(ToAbsl(bytes)), &out_);
}

bool ResultWriter::Timestamp(absl::Time time) {
  if (style_.epoch_milliseconds) {
    StrAppend(&out_, absl::ToUnixMillis(time));
  } else {
    AppendJsonString(InstantText(time), &out_);
  }
  return true;
}

bool ResultWriter::Float(std::string_view text) {
  double number = 0;
  if (!absl::SimpleAtod(absl::StripAsciiWhitespace(ToAbsl(text)), &number)) return false;
  if (std::isnan(number)) {
    out_ += "\"NaN\"";
  } else if (std::isinf(number)) {
    out_ += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    AppendNumber(number, &out_);
  }
  return true;
}

bool ResultWriter::Text(ShapeType type, std::string_view text) {
  const std::string_view stripped = FromAbsl(absl::StripAsciiWhitespace(ToAbsl(text)));
  switch (type) {
    case ShapeType::kBoolean:
      out_ += stripped == "true" || stripped == "True" || stripped == "1" ? "true" : "false";
      return true;
    case ShapeType::kInteger: {
      const std::optional<std::string> integer = IntegerText(stripped);
      if (integer) out_ += *integer;
      return integer.has_value();
    }
    case ShapeType::kFloat:
      return Float(stripped);
    case ShapeType::kBlob: {
      std::string bytes;
      if (!absl::Base64Unescape(ToAbsl(stripped), &bytes)) return false;
      Bytes(bytes);
      return true;
    }
    case ShapeType::kTimestamp: {
      const std::optional<absl::Time> time = ParseTimestamp(stripped);
      return time && Timestamp(*time);
    }
    default:
      String(text);
      return true;
  }
}

bool ResultWriter::Scalar(ShapeType type, Json value) {
  if (value.is_string()) return Text(type, value.as_string());
  switch (type) {
    case ShapeType::kBoolean:
      if (!value.is_bool()) return false;
      out_ += value.as_bool() ? "true" : "false";
      return true;
    case ShapeType::kInteger:
    case ShapeType::kFloat:
      if (!value.is_number()) return false;
      if (type == ShapeType::kInteger && !value.is_int()) {
        // "5.0" and "1e3" are integers, too.
        const double number = value.as_double();
        if (number != std::floor(number) || std::abs(number) > 9e15) return false;
        StrAppend(&out_, static_cast<int64_t>(number));
        return true;
      }
      AppendJson(value, &out_);
      return true;
    case ShapeType::kTimestamp: {
      const std::optional<absl::Time> time = ParseTimestamp(value);
      return time && Timestamp(*time);
    }
    case ShapeType::kString:
      AppendJsonString(WriteJson(value), &out_);
      return true;
    default:
      return false;
  }
}

}  // namespace pawl::aws
