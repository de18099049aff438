// transcript_test DIR [--rewrite] [NAME]: plays every DIR/*.txt, or those whose name contains NAME.
// --rewrite writes what the core says now into the files: look at the difference before you keep
// it.

#include "tests/transcripts/transcript.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The first line in which the two differ.
void PrintDifference(const std::string& wanted, const std::string& found) {
  std::istringstream a(wanted), b(found);
  std::string x, y;
  for (int line = 1;; ++line) {
    const bool more_a = static_cast<bool>(std::getline(a, x));
    const bool more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b) return;
    if (more_a && more_b && x == y) continue;
    std::cout << "  line " << line << "\n    expected: " << (more_a ? x : "(end)")
              << "\n    found:    " << (more_b ? y : "(end)") << "\n";
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  bool rewrite = false;
  std::string directory, only;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--rewrite") {
      rewrite = true;
    } else if (directory.empty()) {
      directory = argument;
    } else {
      only = argument;
    }
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".txt" && name.find(only) != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  int failed = 0;
  for (const auto& file : files) {
    const std::string wanted = ReadFile(file);
    const std::string found = pawl::transcripts::Play(wanted);
    if (wanted == found) continue;
    if (rewrite) {
      std::ofstream(file) << found;
      std::cout << "rewritten: " << file.filename().string() << "\n";
      continue;
    }
    ++failed;
    std::cout << "FAILED: " << file.filename().string() << "\n";
    PrintDifference(wanted, found);
  }
  std::cout << files.size() - failed << " passed, " << failed << " failed\n";
  return failed == 0 && !files.empty() ? 0 : 1;
}
