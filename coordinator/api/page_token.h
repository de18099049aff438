// The tokens that lead to the next page of a list: opaque, signed, good for a day, and only for the
// request they were made for (reference/api.md 4.3).

#ifndef PAWL_API_PAGE_TOKEN_H_
#define PAWL_API_PAGE_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace pawl::api {

// Thread-safe.
class PageTokens {
 public:
  static constexpr absl::Duration kValidity = absl::Hours(24);

  // `cluster_secret` is the same on all nodes, so that a page may come from another one than the
  // last.
  explicit PageTokens(std::string_view cluster_secret);

  // `request` names the operation and those parameters that must be repeated unchanged; `position`
  // is where the next page begins. What stands in `position` can be read by the client, not
  // changed.
  std::string Make(std::string_view request, std::string_view position, absl::Time now) const;
  // The position; nothing when the token is not one of this cluster, of this request, or too old.
  std::optional<std::string> Read(std::string_view token, std::string_view request,
                                  absl::Time now) const;

 private:
  std::string Sign(std::string_view request, std::string_view payload) const;

  std::string key_;
};

}  // namespace pawl::api

#endif  // PAWL_API_PAGE_TOKEN_H_
