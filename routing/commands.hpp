// routing/commands.hpp
// What decides each command; decide() dispatches. One file per theme: decide_customer.cpp,
// decide_signal.cpp, decide_bot.cpp, decide_human.cpp, decide_agent_says.cpp, decide_send.cpp,
// decide_person.cpp, decide_merge.cpp, decide_union.cpp, decide_erase.cpp, decide_wait.cpp,
// decide_time.cpp.
#pragma once

#include <type_traits>

#include "routing/draft.hpp"

namespace parley::routing {

using Decided = Result<Transition>;

Decided decide_command(const State&, const CustomerSays&, const DecideContext&);
Decided decide_command(const State&, const CustomerSignals&, const DecideContext&);
Decided decide_command(const State&, const MediaStored&, const DecideContext&);
Decided decide_command(const State&, const ProfileRead&, const DecideContext&);
Decided decide_command(const State&, const JoinUnion&, const DecideContext&);
Decided decide_command(const State&, const BotAnswered&, const DecideContext&);
Decided decide_command(const State&, const BotFailed&, const DecideContext&);
Decided decide_command(const State&, const OfferToAgent&, const DecideContext&);
Decided decide_command(const State&, const AcceptOffer&, const DecideContext&);
Decided decide_command(const State&, const RejectOffer&, const DecideContext&);
Decided decide_command(const State&, const AssignToAgent&, const DecideContext&);
Decided decide_command(const State&, const TakeOver&, const DecideContext&);
Decided decide_command(const State&, const Transfer&, const DecideContext&);
Decided decide_command(const State&, const Release&, const DecideContext&);
Decided decide_command(const State&, const CloseEpisode&, const DecideContext&);
Decided decide_command(const State&, const AgentSays&, const DecideContext&);
Decided decide_command(const State&, const Note&, const DecideContext&);
Decided decide_command(const State&, const SystemSays&, const DecideContext&);
Decided decide_command(const State&, const SendProgress&, const DecideContext&);
Decided decide_command(const State&, const ReceiptArrived&, const DecideContext&);
Decided decide_command(const State&, const ReplaySend&, const DecideContext&);
Decided decide_command(const State&, const UpdateProfile&, const DecideContext&);
Decided decide_command(const State&, const LinkIdentity&, const DecideContext&);
Decided decide_command(const State&, const OfferToAll&, const DecideContext&);
Decided decide_command(const State&, const PassOn&, const DecideContext&);
Decided decide_command(const State&, const AskForMessage&, const DecideContext&);
Decided decide_command(const State&, const EndWait&, const DecideContext&);
Decided decide_command(const State&, const TellPosition&, const DecideContext&);
Decided decide_command(const State&, const TimePassed&, const DecideContext&);
Decided decide_command(const State&, const FinishWrapUp&, const DecideContext&);
Decided decide_command(const State&, const MergeInto&, const DecideContext&);
Decided decide_command(const State&, const MergedFrom&, const DecideContext&);
Decided decide_command(const State&, const UnmergeFrom&, const DecideContext&);
Decided decide_command(const State&, const UnmergedFrom&, const DecideContext&);
Decided decide_command(const State&, const ErasePerson&, const DecideContext&);

// A merged person's own log still ends what it began and can be separated again; everything else
// belongs to the survivor.
template <class What>
inline constexpr bool kSaidToMerged =
    std::is_same_v<What, MergeInto> || std::is_same_v<What, MergedFrom> ||
    std::is_same_v<What, UnmergeFrom> || std::is_same_v<What, UnmergedFrom> ||
    std::is_same_v<What, SendProgress> || std::is_same_v<What, ReceiptArrived> ||
    std::is_same_v<What, MediaStored> || std::is_same_v<What, ErasePerson>;

}  // namespace parley::routing
