// Writes a JSON object member by member: the body of a request.

#ifndef PAWL_CLI_JSON_OBJECT_H_
#define PAWL_CLI_JSON_OBJECT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"

namespace pawl {

class JsonObject {
 public:
  JsonObject& Add(std::string_view key, std::string_view text) {
    AddKey(key);
    AppendJsonString(text, &text_);
    return *this;
  }
  JsonObject& Add(std::string_view key, const char* text) {
    return Add(key, std::string_view(text));
  }
  JsonObject& Add(std::string_view key, int64_t number) {
    return AddJson(key, std::to_string(number));
  }
  JsonObject& Add(std::string_view key, int number) { return Add(key, int64_t{number}); }
  JsonObject& Add(std::string_view key, bool value) {
    return AddJson(key, value ? "true" : "false");
  }
  // `json` is the member's value as JSON text.
  JsonObject& AddJson(std::string_view key, std::string_view json) {
    AddKey(key);
    text_.append(json);
    return *this;
  }

  std::string str() const { return text_ + "}"; }

 private:
  void AddKey(std::string_view key) {
    if (text_.size() > 1) text_.push_back(',');
    AppendJsonString(key, &text_);
    text_.push_back(':');
  }

  std::string text_ = "{";
};

}  // namespace pawl

#endif  // PAWL_CLI_JSON_OBJECT_H_
