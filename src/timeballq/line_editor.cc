// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
// The terminal, by libedit where there is one.

#include "timeballq/line_editor.h"

#include "config.h"

#if HAVE_LIBEDIT
#include <histedit.h>
#endif
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace timeball::query {

bool LineEditor::is_terminal()
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

#if HAVE_LIBEDIT

struct LineEditor::Terminal {
    EditLine* editor;
    History* history;
    std::string prompt;
    Complete complete;
    std::string history_file;

    Terminal(std::string shown, Complete completes, std::string file)
        : editor{el_init("timeballq", stdin, stdout, stderr)},
          history{history_init()},
          prompt{std::move(shown)},
          complete{std::move(completes)},
          history_file{std::move(file)}
    {
        HistEvent event;
        ::history(history, &event, H_SETSIZE, 1000);
        ::history(history, &event, H_SETUNIQUE, 1);
        if (!history_file.empty())
            ::history(history, &event, H_LOAD, history_file.c_str());
        el_set(editor, EL_CLIENTDATA, this);
        el_set(editor, EL_PROMPT, prompt_of);
        el_set(editor, EL_EDITOR, "emacs");
        el_set(editor, EL_SIGNAL, 1);
        el_set(editor, EL_HIST, ::history, history);
        el_set(editor, EL_ADDFN, "complete", "complete what is being typed", completed);
        el_set(editor, EL_BIND, "^I", "complete", nullptr);
        el_source(editor, nullptr); // ~/.editrc
    }
    ~Terminal()
    {
        HistEvent event;
        if (!history_file.empty()) {
            const auto mask = umask(0077);
            ::history(history, &event, H_SAVE, history_file.c_str());
            umask(mask);
        }
        history_end(history);
        el_end(editor);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    static Terminal& of(EditLine* editor)
    {
        void* self = nullptr;
        el_get(editor, EL_CLIENTDATA, &self);
        return *static_cast<Terminal*>(self);
    }

    static char* prompt_of(EditLine* editor) noexcept { return of(editor).prompt.data(); }

    // Puts in what all candidates have in common; shows them when that is nothing more.
    static unsigned char completed(EditLine* editor, int) noexcept
    {
        Terminal& self = of(editor);
        const LineInfo* info = el_line(editor);
        const std::string line{info->buffer, info->cursor};
        const auto candidates = self.complete(line);
        if (candidates.empty())
            return CC_REFRESH_BEEP;
        const auto blank = line.find_last_of(' ');
        const std::string word = blank == line.npos ? line : line.substr(blank + 1);
        std::string common = candidates.front();
        for (const auto& candidate : candidates) {
            const auto end
                = std::mismatch(common.begin(), common.end(), candidate.begin(), candidate.end());
            common.erase(end.first, common.end());
        }
        if (candidates.size() == 1 && !common.ends_with('='))
            common += ' ';
        if (common.size() > word.size()) {
            el_insertstr(editor, common.substr(word.size()).c_str());
            return CC_REFRESH;
        }
        std::cout << '\n';
        for (const auto& candidate : candidates)
            std::cout << candidate << "  ";
        std::cout << std::endl;
        return CC_REDISPLAY;
    }

    std::optional<std::string> line()
    {
        int count = 0;
        const char* text = el_gets(editor, &count);
        if (!text || count <= 0)
            return std::nullopt;
        std::string line{text, static_cast<std::size_t>(count)};
        if (line.ends_with('\n'))
            line.pop_back();
        // A secret is not remembered.
        if (line.find_first_not_of(' ') != line.npos && !line.starts_with("passw")) {
            HistEvent event;
            ::history(history, &event, H_ENTER, line.c_str());
        }
        return line;
    }
};

#else

struct LineEditor::Terminal {
    std::optional<std::string> line() { return std::nullopt; }
};

#endif

LineEditor::LineEditor(std::string prompt, Complete complete, std::string history_file)
    : prompt_{std::move(prompt)}
{
#if HAVE_LIBEDIT
    if (is_terminal())
        terminal_
            = std::make_unique<Terminal>(prompt_, std::move(complete), std::move(history_file));
#else
    (void)complete;
    (void)history_file;
#endif
}

LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::line()
{
    if (terminal_) {
        auto line = terminal_->line();
        if (!line)
            std::cout << std::endl;
        return line;
    }
    const bool shows_prompt = is_terminal();
    if (shows_prompt)
        std::cout << prompt_ << std::flush;
    std::string line;
    if (std::getline(std::cin, line))
        return line;
    if (shows_prompt)
        std::cout << std::endl;
    return std::nullopt;
}

std::optional<std::string> ask_terminal(const std::string& prompt, bool is_secret)
{
    if (!isatty(STDIN_FILENO))
        return std::nullopt;
    std::cerr << prompt << std::flush;
    termios before{};
    const bool hides = is_secret && tcgetattr(STDIN_FILENO, &before) == 0;
    if (hides) {
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    std::string line;
    const bool is_read = static_cast<bool>(std::getline(std::cin, line));
    if (hides) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::cerr << '\n';
    }
    if (!is_read)
        return std::nullopt;
    return line;
}

} // namespace timeball::query
