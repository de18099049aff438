#include "coordinator/integrations/aws/catalogue.h"

#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/model_files.h"
#include "coordinator/integrations/aws/model_reader.h"

namespace pawl::aws {

void Catalogue::Index() {
  if (indexed_) return;
  indexed_ = true;
  for (const std::string& folder : options_.folders) {
    for (auto& [service, file] : FindModels(folder)) {
      entries_[service].files.push_back(std::move(file));
    }
  }
  for (auto& [service, entry] : entries_) entry.models.resize(entry.files.size());
}

absl::StatusOr<OperationRef> Catalogue::Find(std::string_view service, std::string_view action) {
  return Find(service, action, /*may_load=*/true);
}

absl::StatusOr<OperationRef> Catalogue::FindLoaded(std::string_view service,
                                                   std::string_view action) {
  return Find(service, action, /*may_load=*/false);
}

absl::StatusOr<OperationRef> Catalogue::Find(std::string_view service, std::string_view action,
                                             bool may_load) {
  absl::MutexLock lock(&mu_);
  if (!indexed_ && !may_load) return absl::UnavailableError("the folders have not been read");
  Index();
  const auto at = entries_.find(service);
  if (at == entries_.end()) {
    return absl::NotFoundError(StrCat("there is no model of the service '", service, "'"));
  }
  Entry& entry = at->second;
  entry.used_at = ++uses_;
  for (size_t i = 0; i < entry.files.size(); ++i) {
    if (entry.models[i] == nullptr) {
      if (!may_load) return absl::UnavailableError("the model has not been read");
      if (const absl::Status loaded = Load(&entry, i); !loaded.ok()) return loaded;
    }
    const std::shared_ptr<const ServiceModel>& model = entry.models[i];
    if (const Operation* operation = model->Find(action)) return OperationRef{model, operation};
  }
  return absl::NotFoundError(
      StrCat("the model of the service '", service, "' has no action '", action, "'"));
}

absl::Status Catalogue::Load(Entry* entry, size_t index) {
  const std::string& file = entry->files[index];
  const absl::StatusOr<std::string> text = ReadModelFile(file);
  if (!text.ok()) return text.status();
  absl::StatusOr<std::shared_ptr<const ServiceModel>> model = ReadModel(*text);
  if (!model.ok()) {
    return absl::InvalidArgumentError(StrCat(file, ": ", FromAbsl(model.status().message())));
  }
  bytes_ += (*model)->bytes();
  entry->models[index] = *std::move(model);
  MakeRoom(entry);
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
  absl::MutexLock lock(&mu_);
  Index();
  return entries_.find(service) != entries_.end();
}

std::vector<std::string> Catalogue::Services() {
  absl::MutexLock lock(&mu_);
  Index();
  std::vector<std::string> services;
  for (const auto& [service, entry] : entries_) services.push_back(service);
  return services;
}

size_t Catalogue::bytes_loaded() const {
  absl::MutexLock lock(&mu_);
  return bytes_;
}

}  // namespace pawl::aws
