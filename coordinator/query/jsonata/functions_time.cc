// Dates and times.

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/text/picture_date.h"

namespace pawl::jsonata {
namespace {

double NowMillis(Evaluator& evaluator) {
  return static_cast<double>(absl::ToUnixMillis(evaluator.inputs().now));
}

std::optional<std::string_view> TextAt(const CallArguments& arguments, size_t at) {
  if (!arguments[at].is_string()) return std::nullopt;
  return arguments.text(at);
}

Json Format(Evaluator& evaluator, double millis, std::optional<std::string_view> picture,
            std::optional<std::string_view> timezone) {
  const Result<std::string> text = FormatMillis(millis, picture, timezone);
  return text.ok() ? evaluator.Text(*text) : evaluator.Fail(text.error());
}

Json CallNow(Evaluator& evaluator, const CallArguments& arguments) {
  return Format(evaluator, NowMillis(evaluator), TextAt(arguments, 0), TextAt(arguments, 1));
}

Json CallMillis(Evaluator& evaluator, const CallArguments&) { return Number(NowMillis(evaluator)); }

Json CallFromMillis(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> millis = arguments.number(0);
  if (!millis) return Json();
  return Format(evaluator, *millis, TextAt(arguments, 1), TextAt(arguments, 2));
}

Json CallToMillis(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const Result<std::optional<double>> millis =
      ParseMillis(arguments.text(0), TextAt(arguments, 1), NowMillis(evaluator));
  if (!millis.ok()) return evaluator.Fail(millis.error());
  return millis->has_value() ? Number(**millis) : Json();
}

constexpr Builtin kFunctions[] = {
    {"now", CallNow, "<s?s?:s>", 2},
    {"millis", CallMillis, "<:n>", 0},
    {"fromMillis", CallFromMillis, "<n-s?s?:s>", 3},
    {"toMillis", CallToMillis, "<s-s?:n>", 2},
};

}  // namespace

std::span<const Builtin> TimeFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
