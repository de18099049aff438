#include "coordinator/integrations/aws/catalogue.h"

#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/model_files.h"
#include "coordinator/integrations/aws/model_reader.h"

namespace pawl::aws {

void Catalogue::Index() {
  {
    absl::MutexLock lock(&mu_);
    if (indexed_) return;
  }
  absl::MutexLock reading(&reading_mu_);
  std::map<std::string, Entry, std::less<>> entries;
  for (const std::string& folder : options_.folders) {
    for (auto& [service, file] : FindModels(folder)) {
      entries[service].files.push_back(std::move(file));
    }
  }
  for (auto& [service, entry] : entries) entry.models.resize(entry.files.size());
  absl::MutexLock lock(&mu_);
  if (indexed_) return;  // by another thread, meanwhile
  entries_ = std::move(entries);
  indexed_ = true;
}

Catalogue::Look Catalogue::LookFor(std::string_view service, std::string_view action) {
  absl::MutexLock lock(&mu_);
  Look look;
  const auto at = entries_.find(service);
  if (at == entries_.end()) return look;
  look.has_service = true;
  Entry& entry = at->second;
  entry.used_at = ++uses_;
  for (size_t i = 0; i < entry.files.size(); ++i) {
    if (entry.models[i] == nullptr) {
      look.service_file = entry.files[i];
      look.file_number = i;
      return look;
    }
    if (const Operation* operation = entry.models[i]->Find(action)) {
      look.found = {entry.models[i], operation};
      return look;
    }
  }
  return look;
}

absl::StatusOr<OperationRef> Catalogue::FindLoaded(std::string_view service,
                                                   std::string_view action) {
  {
    absl::MutexLock lock(&mu_);
    if (!indexed_) return absl::UnavailableError("the folders have not been read");
  }
  const Look look = LookFor(service, action);
  if (look.found.operation != nullptr) return look.found;
  if (!look.service_file.empty()) return absl::UnavailableError("the model has not been read");
  return look.has_service
             ? absl::NotFoundError(
                   StrCat("the model of the service '", service, "' has no action '", action, "'"))
             : absl::NotFoundError(StrCat("there is no model of the service '", service, "'"));
}

absl::StatusOr<OperationRef> Catalogue::Find(std::string_view service, std::string_view action) {
  Index();
  while (true) {
    absl::StatusOr<OperationRef> found = FindLoaded(service, action);
    if (!absl::IsUnavailable(found.status())) return found;
    absl::MutexLock reading(&reading_mu_);
    // Another thread may have read it while this one waited.
    const Look look = LookFor(service, action);
    if (look.service_file.empty()) continue;
    if (const absl::Status loaded = Load(service, look); !loaded.ok()) return loaded;
  }
}

absl::Status Catalogue::Load(std::string_view service, const Look& look) {
  const absl::StatusOr<std::string> text = ReadModelFile(look.service_file);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::shared_ptr<const ServiceModel>> model = ReadModel(*text);
  if (!model.ok()) {
    return absl::InvalidArgumentError(
        StrCat(look.service_file, ": ", FromAbsl(model.status().message())));
  }
  absl::MutexLock lock(&mu_);
  Entry& entry = entries_.find(service)->second;
  bytes_ += (*model)->bytes();
  entry.models[look.file_number] = *std::move(model);
  MakeRoom(&entry);
  return absl::OkStatus();
}

// Calls under way keep the models that they use.
void Catalogue::MakeRoom(const Entry* in_use) {
  while (bytes_ > options_.max_bytes) {
    Entry* oldest = nullptr;
    for (auto& [service, entry] : entries_) {
      bool loaded = false;
      for (const auto& model : entry.models) loaded |= model != nullptr;
      if (!loaded || &entry == in_use) continue;
      if (oldest == nullptr || entry.used_at < oldest->used_at) oldest = &entry;
    }
    if (oldest == nullptr) return;
    for (auto& model : oldest->models) {
      if (model != nullptr) bytes_ -= model->bytes();
      model.reset();
    }
  }
}

bool Catalogue::HasService(std::string_view service) {
  Index();
  absl::MutexLock lock(&mu_);
  return entries_.find(service) != entries_.end();
}

std::vector<std::string> Catalogue::Services() {
  Index();
  absl::MutexLock lock(&mu_);
  std::vector<std::string> services;
  for (const auto& [service, entry] : entries_) services.push_back(service);
  return services;
}

size_t Catalogue::bytes_loaded() const {
  absl::MutexLock lock(&mu_);
  return bytes_;
}

}  // namespace pawl::aws
