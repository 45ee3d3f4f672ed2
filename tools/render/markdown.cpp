#include "tools/render/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

std::string row_of(const Row& row) {
  std::string out = "|";
  for (const Cell& cell : row) {
    out += " " + markdown_text(cell.text) + " |";
  }
  return out + "\n";
}

/// Whether a letter or a digit stands there; false outside of the text.
bool is_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const char c = text[at];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Whether the character makes a mention, a reference, an address or a formula of what is around
/// it: `@name`, `#12`, `http://`, `www.`, `$x$`.
bool starts_link(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '$') return true;
  if (c == '@' || c == '#') return is_word(text, at + 1);
  if (c == ':') return is_word(text, at - 1) && text.substr(at + 1).starts_with("//");
  if (c != '.' || at < 3) return false;
  const auto is_w = [](char each) { return each == 'w' || each == 'W'; };
  return std::ranges::all_of(text.substr(at - 3, 3), is_w) && !is_word(text, at - 4);
}

std::string text_of(const Table& table) {
  std::string out = "**" + markdown_text(table.caption) + "**\n\n|";
  for (const Column& column : table.columns) {
    out += " " + markdown_text(column.name) + " |";
  }
  out += "\n|";
  for (const Column& column : table.columns) {
    out += column.words || &column == &table.columns.front() ? " :-- |" : " --: |";
  }
  out += "\n";
  const std::string rest = for_each_shown_row(table, [&](const Row& row) { out += row_of(row); });
  return out + (rest.empty() ? "\n" : "\n" + markdown_text(rest) + "\n\n");
}

std::string text_of(const Sentence& sentence) {
  const std::string text = markdown_text(sentence.text);
  return (sentence.tone == Tone::answer ? "**" + text + "**" : text) + "\n\n";
}

std::string text_of(const Code& code) {
  return markdown_text(code.caption) + ":\n\n```" + code.language + "\n" + code.text + "```\n\n";
}

std::string text_of(const Picture& /*left out*/) {
  return {};
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kEscaped = "\\`*[]<>|&~";
  const std::string shown = printable(text);
  std::string out;
  for (std::size_t at = 0; at < shown.size(); ++at) {
    const char c = shown[at];
    if (starts_link(shown, at)) {
      // An escape would not help: programs look for these in the text that they have rendered.
      out.append("<span>").append(1, c).append("</span>");
      continue;
    }
    const bool emphasis = c == '_' && !(is_word(shown, at - 1) && is_word(shown, at + 1));
    if (emphasis || kEscaped.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string for_each_shown_row(const Table& table, const std::function<void(const Row&)>& show) {
  std::size_t count = 0;
  bool all = true;
  table.for_each_row([&](const Row& row) {
    all = !table.stream || count < kMostStreamedRows;
    if (all) show(row);
    ++count;
    return all;
  });
  if (all) return {};
  return fmt::format("The table shows the first {} rows; --format csv has them all.",
                     kMostStreamedRows);
}

std::string render_markdown(const Document& document) {
  std::string out = "# " + markdown_text(document.title) + "\n\n";
  for (const Section& section : document.sections) {
    out += "## " + markdown_text(section.heading) + "\n\n";
    for (const Block& block : section.blocks) {
      out += std::visit([](const auto& each) { return text_of(each); }, block);
    }
  }
  return out;
}

}  // namespace walbench::tools
