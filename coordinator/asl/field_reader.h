// Reads the value of one field each: checks its type and form, reports what is wrong, and gives
// nothing then. A field that is absent gives nothing either, and no finding: whether it may be is
// field_table.h's.

#ifndef PAWL_ASL_FIELD_READER_H_
#define PAWL_ASL_FIELD_READER_H_

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/findings.h"
#include "coordinator/asl/machine.h"

namespace pawl::asl {

class FieldReader {
 public:
  explicit FieldReader(Findings* findings) : findings_(findings) {}

  std::optional<std::string> String(const Place& field) const;
  // The same, of at most `max_characters`.
  std::optional<std::string> ShortString(const Place& field, size_t max_characters) const;
  std::optional<std::string> OneOf(const Place& field,
                                   std::initializer_list<std::string_view> values) const;
  std::optional<int64_t> Integer(const Place& field, int64_t min, int64_t max) const;
  std::optional<double> Number(const Place& field, double min,
                               double max = std::numeric_limits<double>::infinity()) const;
  // Whether the value is an object or array; reports when it is something else.
  bool IsObject(const Place& field) const;
  bool IsArray(const Place& field) const;
  bool IsNonEmptyArray(const Place& field) const;

  // InputPath and OutputPath.
  DataPath ReadDataPath(const Place& field) const;
  ResultPath ReadResultPath(const Place& field) const;
  std::optional<query::JsonPath> ReferencePath(const Place& field) const;
  // A Reference Path or a call of an intrinsic function that gives a string.
  std::optional<Expression> ReadExpression(const Place& field) const;
  // Also warns about values that look as if they were meant to be computed.
  std::optional<Template> ReadTemplate(const Place& field) const;
  // JSON in which there are expressions. `location`: how causes name the field; `members`: of
  // `$states` there.
  std::optional<JsonataTemplate> ReadJsonata(const Place& field, std::string_view location,
                                             StatesMembers members) const;
  // Nothing unless the whole field is one expression.
  std::optional<JsonataTemplate> ReadJsonataExpression(const Place& field) const;
  // Warns of a literal that looks like a path.
  void WarnIfPath(const Place& field) const;
  // `name` with a number, or `name` + "Path", or in JSONata `name` with an expression.
  NumberField ReadNumberField(const Place& object, std::string_view name, QueryLanguage language,
                              int64_t min, int64_t max) const;
  DecimalField ReadDecimalField(const Place& object, std::string_view name, QueryLanguage language,
                                double min, double max) const;
  // `Timestamp`, in the same ways.
  TimestampField ReadTimestampField(const Place& object, QueryLanguage language) const;

 private:
  // The part of a field that is not written: its path, or its expression.
  template <typename T>
  ScalarField<T> ReadComputed(const Place& object, std::string_view name,
                              QueryLanguage language) const;

  Findings* findings_;
};

// Whether a literal reads like a path or an intrinsic call.
bool LooksComputed(std::string_view text);

}  // namespace pawl::asl

#endif  // PAWL_ASL_FIELD_READER_H_
