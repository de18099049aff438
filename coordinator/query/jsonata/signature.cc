#include "coordinator/query/jsonata/signature.h"

#include <algorithm>

namespace pawl::jsonata {
namespace {

ValueKind KindOf(Json value) {
  switch (value.type()) {
    case Json::Type::kNull:
      return kNull;
    case Json::Type::kBool:
      return kBoolean;
    case Json::Type::kInt:
    case Json::Type::kDouble:
      return kNumber;
    case Json::Type::kString:
      return kString;
    case Json::Type::kArray:
      return kArray;
    case Json::Type::kObject:
      return kObject;
    case Json::Type::kOpaque:
      return kFunction;
    default:
      return kMissing;
  }
}

std::string_view PluralOf(std::string_view subtype) {
  if (subtype == "a") return "arrays";
  if (subtype == "b") return "booleans";
  if (subtype == "f") return "functions";
  if (subtype == "n") return "numbers";
  if (subtype == "o") return "objects";
  if (subtype == "s") return "strings";
  return {};
}

}  // namespace

bool Signature::Parse(std::string_view text, Signature* signature, std::string_view* code,
                      size_t* offset) {
  return SignatureParser(text, &signature->parameters_).Parse(code, offset);
}

bool Signature::Fit(std::span<const Json> arguments, Json context, JsonArena* arena,
                    Arguments* fitted, SignatureMismatch* mismatch) const {
  bool fits = false;
  if (FitInOrder(arguments, context, arena, fitted, mismatch, &fits)) return fits;
  std::vector<size_t> shares;
  if (!Share(arguments, parameters_.size(), /*all=*/true, &shares)) {
    const size_t bad = FirstMisfit(arguments);
    *mismatch = {"T0410", bad + 1, bad < arguments.size() ? arguments[bad] : Json(), {}};
    return false;
  }
  size_t at = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const SignatureParameter& parameter = parameters_[i];
    if (shares[i] == 0 && parameter.accepts_context != 0) {
      if (!AddContext(parameter, context, at + 1, fitted, mismatch)) return false;
    } else if (shares[i] == 0) {
      fitted->push_back(at < arguments.size() ? arguments[at] : Json());
      ++at;
    }
    for (size_t taken = 0; taken < shares[i]; ++taken, ++at) {
      const Json argument = at < arguments.size() ? arguments[at] : Json();
      if (!AddArgument(parameter, argument, shares[i] == 1, at + 1, arena, fitted, mismatch)) {
        return false;
      }
    }
  }
  return true;
}

// The usual call: the first parameters have one argument each, and the others can do without.
// False when the call is not like that; nothing has been added then.
bool Signature::FitInOrder(std::span<const Json> arguments, Json context, JsonArena* arena,
                           Arguments* fitted, SignatureMismatch* mismatch, bool* fits) const {
  const size_t given = arguments.size();
  if (given > parameters_.size()) return false;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const SignatureParameter& parameter = parameters_[i];
    if (i < given ? (KindOf(arguments[i]) & parameter.accepts) == 0 || parameter.repeated
                  : !parameter.optional) {
      return false;
    }
  }
  *fits = true;
  for (size_t i = 0; i < parameters_.size() && *fits; ++i) {
    if (i < given) {
      *fits = AddArgument(parameters_[i], arguments[i], true, i + 1, arena, fitted, mismatch);
    } else if (parameters_[i].accepts_context != 0) {
      *fits = AddContext(parameters_[i], context, given + 1, fitted, mismatch);
    } else {
      fitted->push_back(Json());
    }
  }
  return true;
}

bool Signature::AddContext(const SignatureParameter& parameter, Json context, size_t index,
                           Arguments* fitted, SignatureMismatch* mismatch) const {
  if ((KindOf(context) & parameter.accepts_context) == 0) {
    *mismatch = {"T0411", index, context, {}};
    return false;
  }
  fitted->push_back(context);
  return true;
}

// `alone`: no other argument goes to the same parameter.
bool Signature::AddArgument(const SignatureParameter& parameter, Json argument, bool alone,
                            size_t index, JsonArena* arena, Arguments* fitted,
                            SignatureMismatch* mismatch) const {
  if (!parameter.array || argument.is_undefined()) {
    fitted->push_back(argument);
    return true;
  }
  if (parameter.typed) {
    const std::string& subtype = parameter.subtype;
    const uint16_t wanted = subtype.empty() ? 0 : KindOfLetter(subtype[0]);
    bool fits = true;
    if (argument.is_array()) {
      for (Json item : argument.items()) {
        if (KindOf(item) != wanted) {
          fits = false;
          break;
        }
      }
    } else {
      fits = alone && subtype.size() == 1 && KindOf(argument) == wanted;
    }
    if (!fits) {
      *mismatch = {"T0412", index, argument, PluralOf(subtype)};
      return false;
    }
  }
  if (!argument.is_array()) argument = Json::Array({&argument, 1}, arena);
  fitted->push_back(argument);
  return true;
}

bool Signature::Share(std::span<const Json> arguments, size_t count, bool all,
                      std::vector<size_t>* shares) const {
  const size_t n = arguments.size();
  // reach[i][at]: parameters i and later fit the arguments from `at` on.
  std::vector<std::vector<char>> reach(count + 1, std::vector<char>(n + 1, 0));
  for (size_t at = 0; at <= n; ++at) reach[count][at] = !all || at == n;
  for (size_t i = count; i-- > 0;) {
    const SignatureParameter& parameter = parameters_[i];
    for (size_t at = n + 1; at-- > 0;) {
      const bool takes = at < n && (KindOf(arguments[at]) & parameter.accepts) != 0;
      reach[i][at] = (parameter.optional && reach[i + 1][at]) ||
                     (takes && (reach[i + 1][at + 1] || (parameter.repeated && reach[i][at + 1])));
    }
  }
  if (!reach[0][0]) return false;
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    const SignatureParameter& parameter = parameters_[i];
    size_t most = 0;
    while (at + most < n && (KindOf(arguments[at + most]) & parameter.accepts) != 0 &&
           (parameter.repeated || most == 0)) {
      ++most;
    }
    size_t share = most;
    while (share > 0 && !reach[i + 1][at + share]) --share;
    shares->push_back(share);
    at += share;
  }
  return true;
}

size_t Signature::FirstMisfit(std::span<const Json> arguments) const {
  size_t good = 0;
  for (size_t count = 1; count <= parameters_.size(); ++count) {
    std::vector<size_t> shares;
    if (!Share(arguments, count, /*all=*/false, &shares)) break;
    good = 0;
    for (size_t share : shares) good += share;
  }
  return good;
}

}  // namespace pawl::jsonata
