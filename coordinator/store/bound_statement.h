// A statement with its parameters, copied, on the way to a pipelined connection.

#ifndef PAWL_STORE_BOUND_STATEMENT_H_
#define PAWL_STORE_BOUND_STATEMENT_H_

#include <concepts>
#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/session.h"

namespace pawl::store {

class BoundStatement {
 public:
  template <typename... Parameters>
  explicit BoundStatement(const Statement& statement, const Parameters&... parameters)
      : statement_(&statement) {
    (Add(parameters), ...);
  }

  const Statement& statement() const { return *statement_; }

  // As PQsendQueryPrepared takes them; valid until the statement is moved or gone.
  struct Arrays {
    absl::InlinedVector<const char*, 24> values;
    absl::InlinedVector<int, 24> lengths;
    absl::InlinedVector<int, 24> formats;
  };
  Arrays arrays() const {
    Arrays arrays;
    for (const Parameter& parameter : parameters_) {
      arrays.values.push_back(parameter.length < 0 ? nullptr : bytes_.data() + parameter.begin);
      arrays.lengths.push_back(parameter.length);
      arrays.formats.push_back(parameter.binary ? 1 : 0);
    }
    return arrays;
  }

 private:
  struct Parameter {
    size_t begin = 0;
    int length = -1;  // null
    bool binary = false;
  };

  void Add(std::string_view text) { Put(text, false); }
  void Add(const std::string& text) { Put(text, false); }
  void Add(const char* text_or_null) {
    if (text_or_null == nullptr) {
      parameters_.push_back({});
    } else {
      Put(text_or_null, false);
    }
  }
  void Add(std::integral auto value) { Put(StrCat(value), false); }
  void Add(const pqxx::binarystring& bytes) {
    Put({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, true);
  }
  void Put(std::string_view bytes, bool binary) {
    parameters_.push_back({bytes_.size(), static_cast<int>(bytes.size()), binary});
    bytes_.append(bytes);
    bytes_.push_back('\0');  // which libpq wants at the end of text
  }

  const Statement* statement_;
  std::string bytes_;
  absl::InlinedVector<Parameter, 24> parameters_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_BOUND_STATEMENT_H_
