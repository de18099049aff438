// invariant_check DATABASE_URL: prints what was checked, and each violation; exit status 1 if there
// is any.

#include <iostream>

#include "coordinator/store/invariants.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: invariant_check DATABASE_URL\n";
    return 2;
  }
  const auto report = pawl::store::CheckInvariants(argv[1]);
  if (!report.ok()) {
    std::cerr << report.status() << "\n";
    return 2;
  }
  for (const auto& violation : report->violations) {
    std::cout << "VIOLATION " << violation.execution << ": " << violation.what << "\n";
  }
  std::cout << report->open << " open and " << report->closed << " closed executions, "
            << report->events << " events checked: " << report->violations.size()
            << " violations\n";
  return report->violations.empty() ? 0 : 1;
}
