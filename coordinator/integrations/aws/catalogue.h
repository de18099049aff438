// All services whose models are in some folders. A model is read when its service is first asked
// for, and forgotten again when others need the room.

#ifndef PAWL_INTEGRATIONS_AWS_CATALOGUE_H_
#define PAWL_INTEGRATIONS_AWS_CATALOGUE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/integrations/aws/model.h"

namespace pawl::aws {

// An operation with the model that it is part of, which it keeps.
struct OperationRef {
  std::shared_ptr<const ServiceModel> model;
  const Operation* operation = nullptr;
};

// Thread-safe.
class Catalogue {
 public:
  struct Options {
    // Searched in their order: an action is taken from the first folder whose model of the service
    // has it, so that a newer one can add to an older one.
    std::vector<std::string> folders;
    size_t max_bytes = 64u << 20;  // of models in memory; the one in use may be larger
  };

  explicit Catalogue(Options options) : options_(std::move(options)) {}

  // "dynamodb", "putItem". NOT_FOUND: no model has it; the text says whether there is one of the
  // service. Other errors: with the file that cannot be used. Reads files: a few milliseconds for
  // most services, some fifty for EC2; the first call of all looks through the folders.
  absl::StatusOr<OperationRef> Find(std::string_view service, std::string_view action);
  // The same if nothing need be read for it; otherwise UNAVAILABLE.
  absl::StatusOr<OperationRef> FindLoaded(std::string_view service, std::string_view action);

  bool HasService(std::string_view service);
  // In their order.
  std::vector<std::string> Services();
  bool empty() { return Services().empty(); }
  size_t bytes_loaded() const;

 private:
  struct Entry {
    std::vector<std::string> files;                           // in the folders' order
    std::vector<std::shared_ptr<const ServiceModel>> models;  // of `files`; null: not loaded
    int64_t used_at = 0;
  };

  // Files are read under this lock only, so that nobody who need not wait for them does.
  void Index() ABSL_LOCKS_EXCLUDED(mu_);
  // The models of the service from the first on, as far as they are loaded.
  struct Look {
    OperationRef found;
    std::string service_file;  // to be read next; empty: there is none, or it is found
    size_t file_number = 0;
    bool has_service = false;
  };
  Look LookFor(std::string_view service, std::string_view action) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Load(std::string_view service, const Look& look) ABSL_LOCKS_EXCLUDED(mu_);
  void MakeRoom(const Entry* in_use) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  absl::Mutex reading_mu_;
  mutable absl::Mutex mu_;
  bool indexed_ ABSL_GUARDED_BY(mu_) = false;
  std::map<std::string, Entry, std::less<>> entries_ ABSL_GUARDED_BY(mu_);
  int64_t uses_ ABSL_GUARDED_BY(mu_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_CATALOGUE_H_
