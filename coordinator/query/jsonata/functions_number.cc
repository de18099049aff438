// Numbers: reading, rounding, writing; totals.

#include <algorithm>
#include <cmath>

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/picture_integer.h"
#include "coordinator/query/jsonata/text/picture_number.h"

namespace pawl::jsonata {
namespace {

double Total(Json numbers) {
  double total = 0;
  for (Json number : numbers.items()) total += number.as_double();
  return total;
}

Json CallSum(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  return evaluator.Tick(1 + arguments[0].size() / 16) ? Number(Total(arguments[0])) : FailedValue();
}

Json CallAverage(Evaluator&, const CallArguments& arguments) {
  const Json numbers = arguments[0];
  if (numbers.size() == 0) return Json();
  return Number(Total(numbers) / static_cast<double>(numbers.size()));
}

Json CallMax(Evaluator&, const CallArguments& arguments) {
  const Json numbers = arguments[0];
  if (numbers.size() == 0) return Json();
  double most = -INFINITY;
  for (Json number : numbers.items()) {
    if (std::isnan(number.as_double())) return Json::Double(NAN);
    most = std::max(most, number.as_double());
  }
  return Number(most);
}

Json CallMin(Evaluator&, const CallArguments& arguments) {
  const Json numbers = arguments[0];
  if (numbers.size() == 0) return Json();
  double least = INFINITY;
  for (Json number : numbers.items()) {
    if (std::isnan(number.as_double())) return Json::Double(NAN);
    least = std::min(least, number.as_double());
  }
  return Number(least);
}

Json CallNumber(Evaluator& evaluator, const CallArguments& arguments) {
  const Json value = arguments[0];
  if (value.is_undefined() || value.is_number()) return value;
  if (value.is_bool()) return Json::Int(value.as_bool() ? 1 : 0);
  if (!value.is_string()) return evaluator.Fail("D3030", {.value = value, .index = 1});
  const Result<double> number = ReadNumber(value.as_string());
  if (number.ok()) return Number(*number);
  return evaluator.Fail("D3030", {.value = value, .index = 1});
}

template <double (*kOf)(double)>
Json Each(Evaluator&, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  return value ? Number(kOf(*value)) : Json();
}

double Floor(double value) { return std::floor(value); }
double Ceil(double value) { return std::ceil(value); }
double Abs(double value) { return std::abs(value); }

Json CallRound(Evaluator&, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  return value ? Number(Round(*value, arguments.number(1).value_or(0))) : Json();
}

Json CallSqrt(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  if (!value) return Json();
  if (*value < 0) return evaluator.Fail("D3060", {.value = arguments[0], .index = 1});
  return Number(std::sqrt(*value));
}

Json CallPower(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> base = arguments.number(0);
  if (!base) return Json();
  const std::optional<double> exponent = arguments.number(1);
  double power = exponent ? std::pow(*base, *exponent) : NAN;
  // JavaScript has no answer where C says 1.
  if (exponent && std::abs(*base) == 1 && !std::isfinite(*exponent)) power = NAN;
  if (std::isfinite(power)) return Number(power);
  return evaluator.Fail("D3061", {.value = arguments[0], .value2 = arguments[1], .index = 1});
}

Json Give(Evaluator& evaluator, const Result<std::string>& text) {
  return text.ok() ? evaluator.Text(*text) : evaluator.Fail(text.error());
}

Json CallFormatNumber(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  if (!value) return Json();
  DecimalFormat format;
  if (arguments[2].is_object()) {
    Result<DecimalFormat> read = ReadDecimalFormat(arguments[2]);
    if (!read.ok()) return evaluator.Fail(read.error());
    format = *std::move(read);
  }
  return Give(evaluator, FormatNumber(*value, arguments.text(1), format));
}

Json CallFormatBase(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  return value ? Give(evaluator, FormatBase(*value, arguments.number(1))) : Json();
}

Json CallFormatInteger(Evaluator& evaluator, const CallArguments& arguments) {
  const std::optional<double> value = arguments.number(0);
  return value ? Give(evaluator, FormatInteger(*value, arguments.text(1))) : Json();
}

Json CallParseInteger(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  const Result<double> value = ParseInteger(arguments.text(0), arguments.text(1));
  return value.ok() ? Number(*value) : evaluator.Fail(value.error());
}

constexpr Builtin kFunctions[] = {
    {"sum", CallSum, "<a<n>:n>", 1},
    {"max", CallMax, "<a<n>:n>", 1},
    {"min", CallMin, "<a<n>:n>", 1},
    {"average", CallAverage, "<a<n>:n>", 1},
    {"number", CallNumber, "<(nsb)-:n>", 1},
    {"floor", Each<Floor>, "<n-:n>", 1},
    {"ceil", Each<Ceil>, "<n-:n>", 1},
    {"abs", Each<Abs>, "<n-:n>", 1},
    {"round", CallRound, "<n-n?:n>", 2},
    {"sqrt", CallSqrt, "<n-:n>", 1},
    {"power", CallPower, "<n-n:n>", 2},
    {"formatNumber", CallFormatNumber, "<n-so?:s>", 3},
    {"formatBase", CallFormatBase, "<n-n?:s>", 2},
    {"formatInteger", CallFormatInteger, "<n-s:s>", 2},
    {"parseInteger", CallParseInteger, "<s-s:n>", 2},
};

}  // namespace

std::span<const Builtin> NumberFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
