#include "coordinator/base/log.h"

#include <atomic>
#include <cstdio>

#include "absl/time/clock.h"
#include "coordinator/base/strings.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace pawl::log {
namespace {

std::atomic<Level> least_level{Level::kInfo};
std::atomic<Format> line_format{Format::kLogfmt};

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error"};

void AppendEscaped(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (const char c : text) {
    const unsigned char u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (u < 0x20) {
      out->append("\\u00");
      out->push_back(kHex[u >> 4]);
      out->push_back(kHex[u & 15]);
    } else {
      out->push_back(c);
    }
  }
}

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  AppendEscaped(text, out);
  out->push_back('"');
}

bool NeedsQuotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

std::string LogfmtLine(std::string_view time, Level level, std::string_view event, Fields fields) {
  std::string line =
      StrCat("time=", time, " level=", kLevelNames[static_cast<int>(level)], " event=", event);
  for (const Field& field : fields) {
    StrAppend(&line, " ", field.key, "=");
    if (NeedsQuotes(field.value)) {
      AppendQuoted(field.value, &line);
    } else {
      line.append(field.value);
    }
  }
  return line;
}

std::string JsonLine(std::string_view time, Level level, std::string_view event, Fields fields) {
  std::string line = StrCat("{\"time\":\"", time, "\",\"level\":\"",
                            kLevelNames[static_cast<int>(level)], "\",\"event\":\"", event, "\"");
  for (const Field& field : fields) {
    line.push_back(',');
    AppendQuoted(field.key, &line);
    line.push_back(':');
    AppendQuoted(field.value, &line);
  }
  line.push_back('}');
  return line;
}

spdlog::logger& Logger() {
  static auto* const logger = [] {
    auto* made = new spdlog::logger("pawl", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

}  // namespace

void Configure(Level least, Format format) {
  least_level = least;
  line_format = format;
}

absl::Status ParseLevel(std::string_view text, Level* level) {
  for (int i = 0; i < 4; ++i) {
    if (text == kLevelNames[i]) {
      *level = static_cast<Level>(i);
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      StrCat("log level: found '", text, "', expected debug, info, warn or error"));
}

void Write(Level level, std::string_view event, Fields fields) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line = line_format == Format::kJson ? JsonLine(time, level, event, fields)
                                                        : LogfmtLine(time, level, event, fields);
  Logger().log(spdlog::level::critical, "{}", line);
}

}  // namespace pawl::log
