using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Commands on values that are members with their scores.</summary>
internal static class SortedSetCommands
{
    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("ZADD", new(4, Add, Effect.NeedsMemory)),
        ("ZSCORE", new(3, static call => RespReply.Double(call.Find<SortedMembers>(call[1])?.Value.ScoreOf(call[2])))),
        ("ZCARD", new(2, static call => RespReply.Integer(call.Find<SortedMembers>(call[1])?.Value.Count ?? 0))),
        ("ZREM", new(3, Remove, Effect.Changes)),
        ("ZRANGE", new(4, Range)),
        ("ZRANGEBYSCORE", new(4, RangeByScore)),
    ];

    private static RespReply Add(Call call)
    {
        var first = 2;
        var (isNew, isOld, isGreater, isLess, countsChanges) = (false, false, false, false, false);
        for (; first < call.Count && Call.ParseScore(call.Text(first)) is null; first++)
        {
            switch (call.Text(first).ToUpperInvariant())
            {
                case "NX": isNew = true; break;
                case "XX": isOld = true; break;
                case "GT": isGreater = true; break;
                case "LT": isLess = true; break;
                case "CH": countsChanges = true; break;
                default: throw new CommandException("ERR syntax error");
            }
        }

        if (first == call.Count || (call.Count - first) % 2 != 0)
            throw new CommandException("ERR syntax error");
        var items = Enumerable.Range(0, (call.Count - first) / 2).Select(i => (Score: call.Score(first + (2 * i)), Member: call[first + (2 * i) + 1])).ToArray();
        if (isOld && call.Find<SortedMembers>(call[1]) is null)
            return RespReply.Integer(0);
        var members = call.Change<SortedMembers>(call[1]);
        var (added, changed) = (0, 0);
        foreach (var (score, member) in items)
        {
            var old = members.ScoreOf(member);
            if (old is null ? isOld : isNew || (isGreater && score <= old) || (isLess && score >= old))
                continue;
            members.Set(member, score);
            added += old is null ? 1 : 0;
            changed += old != score ? 1 : 0;
        }

        return RespReply.Integer(countsChanges ? changed : added);
    }

    private static RespReply Remove(Call call)
    {
        if (!call.TryChange<SortedMembers>(call[1], out var members))
            return RespReply.Integer(0);
        var removed = call.Arguments.Skip(2).Count(members.Remove);
        if (members.Count == 0)
            call.Keys.Remove(call[1]);
        return RespReply.Integer(removed);
    }

    private static RespReply Range(Call call)
    {
        var withScores = call.Count > 4 && call.Is(4, "WITHSCORES");
        if (call.Count > (withScores ? 5 : 4))
            throw new CommandException("ERR syntax error");
        return Members(call.Find<SortedMembers>(call[1])?.Value.Range(call.Integer(2), call.Integer(3)) ?? [], withScores);
    }

    private static RespReply RangeByScore(Call call)
    {
        var (from, isAbove) = Bound(call, 2);
        var (to, isBelow) = Bound(call, 3);
        var (withScores, skipped, count) = (false, 0L, -1L);
        for (var i = 4; i < call.Count; i++)
        {
            if (call.Is(i, "WITHSCORES"))
                withScores = true;
            else if (call.Is(i, "LIMIT"))
                (skipped, count) = (call.Integer(++i), call.Integer(++i));
            else
                throw new CommandException("ERR syntax error");
        }

        var found = (call.Find<SortedMembers>(call[1])?.Value.From(from) ?? [])
            .SkipWhile(item => isAbove && item.Score == from)
            .TakeWhile(item => isBelow ? item.Score < to : item.Score <= to)
            .Skip((int)skipped);
        return Members(count < 0 ? found : found.Take((int)count), withScores);
    }

    private static (double Score, bool IsExclusive) Bound(Call call, int index)
    {
        var text = call.Text(index);
        var isExclusive = text.StartsWith('(');
        return (Call.ParseScore(isExclusive ? text[1..] : text) ?? throw new CommandException("ERR min or max is not a float"), isExclusive);
    }

    private static RespReply Members(IEnumerable<(double Score, byte[] Member)> members, bool withScores) => RespReply.Array(
        [.. members.SelectMany(item => withScores ? new[] { RespReply.Bulk(item.Member), RespReply.Bulk(RespReply.Text(item.Score)) } : [RespReply.Bulk(item.Member)])]);
}
