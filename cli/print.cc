#include "cli/print.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

// Characters of UTF-8 text without colour codes, which is close enough to columns for names.
size_t Width(std::string_view text) {
  size_t width = 0;
  bool in_code = false;
  for (const char c : text) {
    if (c == '\033') in_code = true;
    if (!in_code && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++width;
    if (c == 'm') in_code = false;
  }
  return width;
}

std::string FormatSeconds(Json seconds, const char* format) {
  if (!seconds.is_number()) return "-";
  const auto millis = static_cast<int64_t>(std::llround(seconds.as_double() * 1000));
  return absl::FormatTime(format, absl::FromUnixMillis(millis), absl::LocalTimeZone());
}

void AppendIndented(Json value, int level, std::string* out) {
  const std::string margin(static_cast<size_t>(level) * 2, ' ');
  const char* separator = "\n";
  if (value.is_object() && value.size() > 0) {
    out->push_back('{');
    for (const JsonMember& member : value.members()) {
      StrAppend(out, separator, margin, "  ");
      AppendJsonString(member.key, out);
      out->append(": ");
      AppendIndented(member.value, level + 1, out);
      separator = ",\n";
    }
    StrAppend(out, "\n", margin, "}");
  } else if (value.is_array() && value.size() > 0) {
    out->push_back('[');
    for (const Json item : value.items()) {
      StrAppend(out, separator, margin, "  ");
      AppendIndented(item, level + 1, out);
      separator = ",\n";
    }
    StrAppend(out, "\n", margin, "]");
  } else {
    AppendJson(value, out);
  }
}

const char* Code(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "0";
    case Colour::kDim:
      return "2";
    case Colour::kRed:
      return "31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
    case Colour::kBlue:
      return "34";
  }
  return "0";
}

}  // namespace

std::string Table(const std::vector<std::string>& heading,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const std::string& cell : heading) widths.push_back(Width(cell));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  const auto append = [&](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size(); ++i) {
      out.append(row[i]);
      if (i + 1 < row.size()) out.append(widths[i] - Width(row[i]) + 2, ' ');
    }
    out.push_back('\n');
  };
  append(heading);
  for (const auto& row : rows) append(row);
  return out;
}

std::string LocalTime(Json seconds) { return FormatSeconds(seconds, "%Y-%m-%d %H:%M:%E3S"); }

std::string LocalTimeOfDay(Json seconds) { return FormatSeconds(seconds, "%H:%M:%E3S"); }

std::string IndentedJson(Json value) {
  std::string out;
  AppendIndented(value, 0, &out);
  return out;
}

std::string OneLine(std::string_view text, size_t max) {
  std::string line;
  size_t characters = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (begins && ++characters > max) {
      // Room for the dots is made by whole characters.
      for (size_t removed = 0; removed < 3 && !line.empty(); ++removed) {
        while (line.size() > 1 && (static_cast<unsigned char>(line.back()) & 0xC0) == 0x80)
          line.pop_back();
        line.pop_back();
      }
      return line + "...";
    }
    line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  return line;
}

std::string Coloured(Colour colour, std::string_view text) {
  static const bool wanted = isatty(STDOUT_FILENO) && std::getenv("NO_COLOR") == nullptr;
  if (!wanted || colour == Colour::kNone) return std::string(text);
  return StrCat("\033[", Code(colour), "m", text, "\033[0m");
}

std::string ColouredStatus(std::string_view status) {
  if (status == "SUCCEEDED") return Coloured(Colour::kGreen, status);
  if (status == "RUNNING") return Coloured(Colour::kYellow, status);
  return Coloured(Colour::kRed, status);
}

size_t TerminalWidth() {
  winsize size = {};
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace pawl::cli
