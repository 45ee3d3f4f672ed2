#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tools/program/option_values.hpp"
#include "tools/program/parse_end.hpp"

namespace walbench::tools {

/// How many values an option takes.
enum class Takes : std::uint8_t {
  nothing,
  one,
  one_each_time,  ///< the option may be given several times
  several,        ///< as many as follow
};

/// One option of a program. --help, the man page and the shells' completion follow from it.
struct Option {
  std::string section;       ///< the heading that it stands below
  std::string name;          ///< `--threads`; `FILES` for what stands without a flag
  std::string aliases = {};  ///< other names, as in `-c,--clients`
  std::string argument;      ///< how --help names the value; empty if there is none
  std::string help;
  std::string preset = {};  ///< the default, if there is one that can be typed
  std::vector<std::string> choices = {};
  Completion completion = Completion::nothing;
  Takes takes = Takes::one;
  /// Called with each value in turn. Throws std::invalid_argument with a sentence that does not
  /// name the option.
  std::function<void(const std::string&)> set;
};

/// The texts of --help beside the options.
struct ProgramText {
  std::string name;
  std::string purpose;  ///< a sentence
  std::string usage;    ///< what follows the name
  std::string version;  ///< what --version prints
  std::string footer;
};

/// The options of one program, each bound to the variable that it sets.
class Options {
 public:
  explicit Options(ProgramText text) : text_(std::move(text)) {}

  /// The options that are added from here on stand below this heading.
  void section(std::string title) { section_ = std::move(title); }

  /// An option without a value.
  void flag(std::string name, std::string help, bool& target);

  /// An option with a value. Its default is what `target`, a T or std::optional<T>, holds now.
  template <typename Target, typename T>
  void value(const std::string& name, const std::string& argument, const std::string& help,
             Target& target, const Reader<T>& reader) {
    Option option = described(name, argument, help, reader);
    if constexpr (std::is_same_v<Target, T>) option.preset = reader.show(target);
    option.set = [&target, read = reader.read](const std::string& text) { target = read(text); };
    rows_.push_back(std::move(option));
  }

  /// An option that may have several values, which are appended to `target`.
  template <typename T>
  void values(const std::string& name, const std::string& argument, const std::string& help,
              Takes takes, std::vector<T>& target, const Reader<T>& reader) {
    Option option = described(name, argument, help, reader);
    option.takes = takes;
    option.set = [&target, read = reader.read](const std::string& text) {
      target.push_back(read(text));
    };
    rows_.push_back(std::move(option));
  }

  /// Any other option.
  template <typename T>
  void call(const std::string& name, const std::string& argument, const std::string& help,
            const Reader<T>& reader, const std::function<void(T)>& use) {
    Option option = described(name, argument, help, reader);
    option.set = [use, read = reader.read](const std::string& text) { use(read(text)); };
    rows_.push_back(std::move(option));
  }

  /// Other names of the option that was added last, as in `-c,--clients`.
  void also(std::string aliases) { rows_.back().aliases = std::move(aliases); }

  /// A former option, which is refused with `instead`, a sentence about its value. It is listed
  /// nowhere.
  void moved(const std::string& name,
             const std::function<std::string(const std::string&)>& instead);

  /// An option that is taken and listed nowhere.
  void hidden(const std::string& name, Takes takes, std::function<void(const std::string&)> set);

  /// An option of another program that people will try: refused with `instead`. It is listed
  /// nowhere.
  void elsewhere(const std::string& name, Takes takes, const std::string& instead);

  /// Reads the arguments behind the program's name. Nothing: all of them were taken. Otherwise the
  /// program ends: with what --help, --version or the hidden --print-options print, or with the
  /// reason why an argument was refused. `given` gets the names of the options that were there.
  std::optional<ParseEnd> parse(const std::vector<std::string>& arguments,
                                std::set<std::string>* given = nullptr) const;

  /// The end of a program whose arguments contradict each other.
  ParseEnd refusal(std::string_view why) const { return ParseEnd::wrong_usage(text_.name, why); }

 private:
  template <typename T>
  Option described(const std::string& name, const std::string& argument, const std::string& help,
                   const Reader<T>& reader) const {
    return {.section = section_,
            .name = name,
            .argument = argument,
            .help = help,
            .choices = reader.choices,
            .completion = reader.completion,
            .set = {}};
  }
  std::string help() const;
  std::string rows() const;

  ProgramText text_;
  std::string section_;
  std::vector<Option> rows_;
  std::vector<Option> moved_;
};

/// Throws std::invalid_argument with `option: why`.
[[noreturn]] void refuse(std::string_view option, std::string_view why);

}  // namespace walbench::tools
