// SPDX-License-Identifier: BSD-2-Clause
// Copyright The timeball authors
#pragma once
// Carries out commands: a line comes in, what is to be printed comes out.

#include "timeballq/association_table.h"
#include "timeballq/billboard.h"
#include "timeballq/conversation.h"
#include "timeballq/figures.h"
#include "timeballq/health.h"
#include "timeballq/json.h"
#include "timeballq/keyring.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace timeball::query {

struct Settings {
    bool shows_names = true; // of addresses, where they have one
    bool shows_configured_names = false; // of servers, as their configuration has them
    bool is_raw = false;
    bool is_json = false; // one value of JSON for each command, also for what went wrong
    bool is_direct = false; // mrulist prints entries in the order in which they come
    bool signs_all = false; // requests, not only those that must be
    bool shows_units = false; // with figures
    bool shows_hashes = false; // reference identifiers as eight digits where they are addresses
    bool is_wide = false;
    std::size_t width = 0; // of the terminal; 0: not said
    std::uint16_t port = 123;
    std::optional<Family> family;
    control::Patience patience;
    // With several hosts each line says which it is about, in a column as wide as the longest.
    std::size_t host_column = 0;
};

class Interpreter {
public:
    struct Outcome {
        std::string out, err; // each whole lines
        bool is_end = false; // quit
        bool got_no_answer = false; // the host did not answer
        std::optional<int> status; // the exit status that this command wants
        // To be run again after a while, until somebody interrupts.
        struct Again {
            std::string line;
            Nanoseconds after;
        };
        std::optional<Again> again;
        Json json; // an object: what `out` says, when JSON is wanted
    };

    Interpreter(Conversation& conversation, const Settings& settings);

    Outcome connect(const std::string& host);
    Outcome run(std::string_view line);

    // Keys to sign with; on failure a sentence.
    Result<void, std::string> read_keys(const std::string& path);
    void choose_key(KeyId id);

    // What may stand in place of the last word of a line that is being typed.
    std::vector<std::string> completions(std::string_view line) const;

    // Every command with its arguments and what it is for, in the order of the manual.
    struct Help {
        std::string_view name, arguments, purpose;
    };
    static std::vector<Help> commands();

private:
    struct Command;
    using Words = std::vector<std::string>;
    static const std::vector<Command>& table();
    static std::vector<const Command*> matching(std::string_view name);

    // One method for each family of commands; `command` is the full name it was called by.
    Outcome peers(const Command& command, const Words& arguments);
    Outcome associations(const Command& command, const Words& arguments);
    Outcome read_variables(const Command& command, const Words& arguments);
    Outcome read_list(const Command& command, const Words& arguments);
    Outcome read_range(const Command& command, const Words& arguments);
    Outcome read_clock(const Command& command, const Words& arguments);
    Outcome keep_list(const Command& command, const Words& arguments);
    Outcome summary(const Command& command, const Words& arguments);
    Outcome peer_statistics(const Command& command, const Words& arguments);
    Outcome clients(const Command& command, const Words& arguments);
    Outcome ordered_list(const Command& command, const Words& arguments);
    Outcome configure(const Command& command, const Words& arguments);
    Outcome configure_from_file(const Command& command, const Words& arguments);
    Outcome save_configuration(const Command& command, const Words& arguments);
    Outcome poll(const Command& command, const Words& arguments);
    Outcome why(const Command& command, const Words& arguments);
    Outcome check(const Command& command, const Words& arguments);
    Outcome wait(const Command& command, const Words& arguments);
    Outcome watch(const Command& command, const Words& arguments);
    Outcome monitor(const Command& command, const Words& arguments);
    Outcome key_id(const Command& command, const Words& arguments);
    Outcome key_type(const Command& command, const Words& arguments);
    Outcome password(const Command& command, const Words& arguments);
    Outcome authenticate(const Command& command, const Words& arguments);
    Outcome delay(const Command& command, const Words& arguments);
    Outcome reference_ids(const Command& command, const Words& arguments);
    Outcome host(const Command& command, const Words& arguments);
    Outcome host_names(const Command& command, const Words& arguments);
    Outcome timeout(const Command& command, const Words& arguments);
    Outcome mode(const Command& command, const Words& arguments);
    Outcome claim_version(const Command& command, const Words& arguments);
    Outcome version(const Command& command, const Words& arguments);
    Outcome help(const Command& command, const Words& arguments);
    Outcome quit(const Command& command, const Words& arguments);

    Result<control::Reply, Problem> ask(const control::Question& question);
    Result<std::vector<AssociationStatus>, Problem> fetch_associations();
    Result<AssociationId, Problem> association(const std::string& word);
    // The variables that the server has of those; the reply is put together when it takes several.
    Result<control::Reply, Problem> fetch_figures(AssociationId id, const std::string& names);
    Outcome show_variables(
        control::Opcode opcode, AssociationId id, const std::string& names, bool says_which);
    std::optional<control::VariableList> fetch_variables(
        AssociationId id, const std::string& names);
    Result<Health, Problem> fetch_health();
    // Signed; asks the operator for the key when there is none yet.
    Result<control::Reply, Problem> ask_signed(control::Question question);
    Result<void, Problem> get_key();
    Outcome send_configuration(const std::string& text, const std::string& shown);
    Outcome in_json(std::string_view command, const Outcome& outcome) const;
    std::string name_of(const std::string& address);
    std::string client_name(const std::string& address);
    Words names_on_list() const;
    static Outcome fault(const std::string& text);
    Outcome failed(const Problem& problem) const;

    Conversation& conversation_;
    Settings settings_;
    std::string host_; // as asked for; empty when there is none
    std::vector<AssociationStatus> associations_; // as last heard
    std::vector<std::pair<std::string, std::string>> list_; // addvars
    std::map<std::string, std::string> names_; // of addresses, as found so far
    Keyring keys_;
    bool has_key_ = false; // the conversation was given it
    long long delay_ = 0; // milliseconds, for ntpq's sake
};

} // namespace timeball::query
