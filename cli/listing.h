// A list of the API, read to its end and printed.

#ifndef PAWL_CLI_LISTING_H_
#define PAWL_CLI_LISTING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/json_object.h"
#include "cli/session.h"
#include "coordinator/base/json.h"

namespace pawl::cli {

struct Listing {
  std::string operation;  // "ListActivities"
  std::string items;      // the member that has the list
  std::vector<std::string> heading;
  std::function<std::vector<std::string>(Json item)> row;
  int64_t limit = 1000;
  std::function<JsonObject()> request = [] { return JsonObject(); };
};

// As a table, or as {"items": [...]} for scripts. Gives the exit code.
int ShowList(Session* session, const Listing& listing);

}  // namespace pawl::cli

#endif  // PAWL_CLI_LISTING_H_
