#include "coordinator/integrations/form_encoding.h"

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

class FormWriter {
 public:
  explicit FormWriter(ArrayFormat format) : format_(format) {}

  void Add(const std::string& key, Json value) {
    if (value.is_object()) {
      for (const JsonMember& member : value.members()) {
        Add(key.empty() ? std::string(member.key) : StrCat(key, "[", member.key, "]"),
            member.value);
      }
    } else if (value.is_array()) {
      AddArray(key, value);
    } else {
      AddPair(key, PlainText(value));
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  void AddArray(const std::string& key, Json array) {
    if (format_ == ArrayFormat::kCommas) {
      std::string joined;
      for (const Json item : array.items()) {
        StrAppend(&joined, joined.empty() ? "" : ",", PlainText(item));
      }
      AddPair(key, joined);
      return;
    }
    int64_t index = 0;
    for (const Json item : array.items()) {
      switch (format_) {
        case ArrayFormat::kIndices:
          Add(StrCat(key, "[", index++, "]"), item);
          break;
        case ArrayFormat::kBrackets:
          Add(StrCat(key, "[]"), item);
          break;
        default:
          Add(key, item);
      }
    }
  }

  void AddPair(const std::string& key, const std::string& value) {
    StrAppend(&out_, out_.empty() ? "" : "&", PercentEncode(key), "=", PercentEncode(value));
  }

  const ArrayFormat format_;
  std::string out_;
};

}  // namespace

std::string FormEncode(Json object, ArrayFormat format) {
  FormWriter writer(format);
  writer.Add("", object);
  return writer.Take();
}

std::string PlainText(Json value) {
  if (value.is_string()) return MaskSurrogates(value.as_string());
  if (value.is_null() || value.is_undefined()) return "";
  return WriteJson(value);
}

}  // namespace pawl::integrations
