#include "coordinator/query/jsonata/text/date_picture.h"

#include <cmath>
#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/picture_limits.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr size_t kNone = std::u16string_view::npos;
constexpr std::u16string_view kNumbers = u"YMDdFWwXxHhmsf";

// How a component is written when its marker does not say; empty for unknown ones.
std::u16string_view DefaultPresentation(std::u16string_view component) {
  if (component.empty()) return u"";
  switch (component[0]) {
    case u'F':
    case u'P':
    case u'C':
    case u'E':
      return u"n";
    case u'm':
    case u's':
      return u"01";
    case u'Z':
    case u'z':
      return u"01:01";
    default:
      return kNumbers.find(component[0]) == kNone ? u"" : u"1";
  }
}

std::u16string WithoutSpaces(std::u16string_view text) {
  std::u16string kept;
  for (const char16_t unit : text) {
    if (!IsJsSpace(unit)) kept.push_back(unit);
  }
  return kept;
}

struct Widths {
  std::optional<double> min;
  std::optional<double> max;
};

std::optional<double> ReadWidth(std::u16string_view text) {
  if (text == u"*") return std::nullopt;
  return ParseIntPrefix(text);
}

Widths ReadWidths(std::u16string_view text) {
  const size_t dash = text.find(u'-');
  if (dash == kNone) return {ReadWidth(text), std::nullopt};
  return {ReadWidth(text.substr(0, dash)), ReadWidth(text.substr(dash + 1))};
}

// The year is cut to the width, or to the digits that its picture shows when these are two or more.
void ReadYear(const Widths& widths, DatePart* part) {
  IntegerPicture& integer = *part->integer;
  if (widths.max) {
    part->year_digits = *widths.max;
    integer.mandatory_digits = *widths.max;
  } else if (integer.mandatory_digits) {
    const double digits = *integer.mandatory_digits + integer.optional_digits;
    if (digits >= 2) part->year_digits = digits;
  }
}

std::optional<JsonataError> ReadNumber(std::u16string pattern, const Widths& widths,
                                       DatePart* part) {
  auto integer = ReadIntegerPicture(pattern);
  if (!integer.ok()) return integer.error();
  part->integer = std::move(*integer);
  auto& mandatory = part->integer->mandatory_digits;
  if (widths.min && mandatory && *mandatory < *widths.min) mandatory = widths.min;
  if (part->component == u'Y') ReadYear(widths, part);
  return std::nullopt;
}

JsonataError UnknownComponent(std::u16string_view component) {
  std::string value;
  AppendJsonString(FromUtf16(component), &value, NumberStyle::kJavaScript);
  return MakeError("D3132", value + " is not a component of dates and times", value);
}

// What stands between the brackets. `previous` is the part before, or null.
Result<DatePart> ReadMarker(std::u16string_view marker, DatePart* previous) {
  DatePart part;
  const std::u16string_view component = marker.substr(0, 1);
  part.component = component.empty() ? u'\0' : component[0];
  Widths widths;
  std::u16string_view presentation = marker.substr(component.size());
  const size_t comma = marker.rfind(u',');
  if (comma != kNone) {
    widths = ReadWidths(marker.substr(comma + 1));
    presentation = Substring(marker, 1, static_cast<ptrdiff_t>(comma));
  }
  part.max_width = widths.max;
  part.has_width = comma != kNone;
  char16_t modifier = 0;
  if (presentation.empty()) {
    presentation = DefaultPresentation(component);
    if (presentation.empty()) return UnknownComponent(component);
  } else if (presentation.size() > 1 &&
             std::u16string_view(u"atco").find(presentation.back()) != kNone) {
    modifier = presentation.back();
    presentation.remove_suffix(1);
  }
  part.traditional = modifier == u't';
  const bool zone = part.component == u'Z' || part.component == u'z';
  if (presentation[0] == u'n') {
    part.names = DatePart::Names::kLower;
  } else if (presentation[0] == u'N') {
    const bool title = presentation.size() > 1 && presentation[1] == u'n';
    part.names = title ? DatePart::Names::kTitle : DatePart::Names::kUpper;
  } else if (kNumbers.find(part.component) != kNone) {
    std::u16string pattern(presentation);
    if (modifier != 0) pattern.append({u';', modifier});
    if (auto error = ReadNumber(std::move(pattern), widths, &part)) return *error;
    // Of two numbers side by side the first one's digits must be counted to read it.
    if (previous != nullptr && previous->integer) {
      previous->integer->parse_width = previous->integer->mandatory_digits;
    }
  }
  if (zone) {
    auto integer = ReadIntegerPicture(presentation);
    if (!integer.ok()) return integer.error();
    part.integer = std::move(*integer);
  }
  return part;
}

void AddLiteral(std::u16string_view text, std::vector<DatePart>* parts) {
  if (text.empty()) return;
  DatePart part;
  for (size_t i = 0; i < text.size(); ++i) {
    part.literal.push_back(text[i]);
    if (text.substr(i, 2) == u"]]") ++i;
  }
  parts->push_back(std::move(part));
}

}  // namespace

Result<std::vector<DatePart>> ReadDatePicture(std::u16string_view picture) {
  if (picture.size() > kMaxDatePictureUnits) return PictureTooLong();
  std::vector<DatePart> parts;
  size_t start = 0;
  for (size_t at = 0; (at = picture.find(u'[', at)) != kNone;) {
    AddLiteral(picture.substr(start, at - start), &parts);
    if (picture.substr(at, 2) == u"[[") {
      AddLiteral(u"[", &parts);
      at += 2;
    } else {
      const size_t end = picture.find(u']', at);
      if (end == kNone) return MakeError("D3135", "a '[' of the picture has no ']'");
      auto part = ReadMarker(WithoutSpaces(picture.substr(at + 1, end - at - 1)),
                             parts.empty() ? nullptr : &parts.back());
      if (!part.ok()) return part.error();
      parts.push_back(std::move(*part));
      at = end + 1;
    }
    start = at;
  }
  AddLiteral(picture.substr(start), &parts);
  return parts;
}

}  // namespace pawl::jsonata
