#include "cli/listing.h"

#include <iostream>

#include "cli/print.h"

namespace pawl::cli {

int ShowList(Session* session, const Listing& listing) {
  std::vector<Answer> pages;
  const auto items =
      session->CallForAll(listing.operation, listing.request, listing.items, listing.limit, &pages);
  if (!items.ok()) return session->Fail(items.status());
  std::vector<std::vector<std::string>> rows;
  std::string json;
  for (const Json item : *items) {
    rows.push_back(listing.row(item));
    if (!json.empty()) json.push_back(',');
    AppendJson(item, &json);
  }
  if (session->wants_json()) {
    std::cout << JsonObject().AddJson(listing.items, "[" + json + "]").str() << "\n";
  } else {
    std::cout << Table(listing.heading, rows);
  }
  return kOk;
}

}  // namespace pawl::cli
