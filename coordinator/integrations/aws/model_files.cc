#include "coordinator/integrations/aws/model_files.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/names.h"

namespace pawl::aws {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxModelBytes = 64u << 20;  // the largest, EC2's, has 6 MB in the newest botocore
// Where the metadata stand in every model.
constexpr size_t kHeadBytes = 4096;

struct CloseFile {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseFile>;

// zlib reads files that are not packed as they are.
GzFile Open(const std::string& path) { return GzFile(gzopen(path.c_str(), "rb")); }

std::string ReadHead(const std::string& path) {
  const GzFile file = Open(path);
  if (file == nullptr) return "";
  std::string head(kHeadBytes, '\0');
  const int read = gzread(file.get(), head.data(), kHeadBytes);
  head.resize(std::max(read, 0));
  return head;
}

// The text behind `"key":`, which in metadata is a string without escapes.
std::string TextBehind(const std::string& head, std::string_view key) {
  size_t at = head.find(StrCat("\"", key, "\""));
  if (at == std::string::npos) return "";
  at = head.find('"', head.find(':', at + key.size() + 2));
  const size_t end = at == std::string::npos ? at : head.find('"', at + 1);
  return end == std::string::npos ? "" : head.substr(at + 1, end - at - 1);
}

bool IsModel(const std::string& name) {
  return name == "service-2.json" || name == "service-2.json.gz" || name.ends_with(".min.json");
}

// Of botocore's form every service has a folder, and every version one in that.
std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at.depth() >= 2) at.disable_recursion_pending();
    if (IsModel(at->path().filename())) files.push_back(at->path());
  }
  return files;
}

}  // namespace

std::map<std::string, std::string> FindModels(const std::string& folder) {
  std::map<std::string, std::string> found;
  std::map<std::string, std::string> versions;
  for (const std::string& path : FilesIn(folder)) {
    const std::string head = ReadHead(path);
    const std::string service = absl::AsciiStrToLower(ServicePrefix(TextBehind(head, "serviceId")));
    const std::string version = TextBehind(head, "apiVersion");  // a date: sorts as text
    if (service.empty() || version.empty()) continue;
    std::string& newest = versions[service];
    // Of equal versions the same one always.
    if (version < newest || (version == newest && path < found[service])) continue;
    newest = version;
    found[service] = path;
  }
  return found;
}

absl::StatusOr<std::string> ReadModelFile(const std::string& path) {
  const GzFile file = Open(path);
  if (file == nullptr) return absl::NotFoundError(StrCat(path, " cannot be read"));
  std::string text;
  char buffer[64 << 10];
  int read = 0;
  while ((read = gzread(file.get(), buffer, sizeof(buffer))) > 0) {
    text.append(buffer, read);
    if (text.size() > kMaxModelBytes) {
      return absl::ResourceExhaustedError(
          StrCat(path, " has more than ", kMaxModelBytes, " bytes"));
    }
  }
  if (read < 0) return absl::InvalidArgumentError(StrCat(path, " cannot be unpacked"));
  return text;
}

}  // namespace pawl::aws
