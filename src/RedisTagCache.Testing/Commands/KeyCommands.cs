using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Commands;

/// <summary>Commands on keys, whatever their values are.</summary>
internal static class KeyCommands
{
    private const int DefaultStep = 10;
    private const int ItemOverhead = 64;

    public static IEnumerable<(string Name, Command Command)> All =>
    [
        ("DEL", new(2, Delete, Effect.Changes)),
        ("UNLINK", new(2, Delete, Effect.Changes)),
        ("EXISTS", new(2, static call => RespReply.Integer(call.Arguments.Skip(1).Count(key => call.Keys.Find(key) is not null)))),
        ("TYPE", new(2, static call => RespReply.Status(TypeOf(call.Keys.Find(call[1]))))),
        ("RENAME", new(3, Rename, Effect.Changes)),
        ("PERSIST", new(2, Persist, Effect.Changes)),
        ("EXPIRE", new(3, static call => Expire(call, 1000), Effect.Changes)),
        ("PEXPIRE", new(3, static call => Expire(call, 1), Effect.Changes)),
        ("TTL", new(2, static call => RespReply.Integer(LeftOf(call) is >= 0 and var left ? (left + 500) / 1000 : LeftOf(call)))),
        ("PTTL", new(2, static call => RespReply.Integer(LeftOf(call)))),
        ("SCAN", new(2, Scan)),
        ("KEYS", new(2, static call => RespReply.Array([.. Matching(call.Keys.Items, call[1]).Select(static item => RespReply.Bulk(item.Key))]))),
        ("DBSIZE", new(1, static call => RespReply.Integer(call.Keys.Count))),
        ("FLUSHDB", new(1, static call => Flush([call.Keys]), Effect.Changes)),
        ("FLUSHALL", new(1, static call => Flush(call.Engine.Databases), Effect.Changes)),
        ("MEMORY", new(3, Memory)),
    ];

    private static RespReply Delete(Call call) => RespReply.Integer(call.Arguments.Skip(1).Count(call.Keys.Remove));

    private static RespReply Rename(Call call)
    {
        if (!call.Keys.TryFind(call[1], out var item))
            throw new CommandException("ERR no such key");
        call.Keys.Remove(call[1]);
        call.Keys.Set(call[2], item.Value).ExpiresAt = item.ExpiresAt;
        return RespReply.Ok;
    }

    private static RespReply Persist(Call call)
    {
        if (!call.Keys.TryFind(call[1], out var item) || item.ExpiresAt == 0)
            return RespReply.Integer(0);
        item.ExpiresAt = 0;
        item.Writes++;
        return RespReply.Integer(1);
    }

    private static RespReply Expire(Call call, int unit)
    {
        var left = call.Integer(2);
        if (!call.Keys.TryFind(call[1], out var item))
            return RespReply.Integer(0);
        item.Writes++;
        item.ExpiresAt = call.Keys.Now + (left * unit);
        if (left <= 0)
            call.Keys.Remove(call[1]);
        return RespReply.Integer(1);
    }

    private static long LeftOf(Call call) =>
        !call.Keys.TryFind(call[1], out var item) ? -2
        : item.ExpiresAt == 0 ? -1
        : item.ExpiresAt - call.Keys.Now;

    private static RespReply Scan(Call call)
    {
        byte[]? pattern = null;
        string? type = null;
        long count = DefaultStep;
        for (var i = 2; i < call.Count; i += 2)
        {
            switch (call.Text(i).ToUpperInvariant())
            {
                case "MATCH": pattern = call[i + 1]; break;
                case "TYPE": type = call.Text(i + 1); break;
                case "COUNT": count = Math.Max(1, call.Integer(i + 1)); break;
                default: throw new CommandException("ERR syntax error");
            }
        }

        var (next, items) = call.Keys.Scan(call.Integer(1), (int)count);
        var found = Matching(items, pattern).Where(item => type is null || TypeOf(item) == type);
        return RespReply.Array([RespReply.Bulk(next.ToString(System.Globalization.CultureInfo.InvariantCulture)), RespReply.Array([.. found.Select(static item => RespReply.Bulk(item.Key))])]);
    }

    private static RespReply Flush(IEnumerable<Keyspace> databases)
    {
        foreach (var database in databases)
            database.Clear();
        return RespReply.Ok;
    }

    private static RespReply Memory(Call call)
    {
        if (!call.Is(1, "USAGE"))
            throw new CommandException($"ERR unknown subcommand '{call.Text(1)}' of MEMORY");
        return call.Keys.Find(call[2]) is { } item ? RespReply.Integer(SizeOf(item)) : RespReply.Null;
    }

    /// <summary>Gets about how much memory a key takes.</summary>
    private static long SizeOf(StoredItem item) => ItemOverhead + item.Key.Length + item.Value switch
    {
        byte[] bytes => bytes.Length,
        SortedMembers members => members.Ascending.Sum(static member => ItemOverhead + member.Member.Length),
        HashFields fields => fields.Sum(static field => ItemOverhead + field.Key.Length + field.Value.Length),
        _ => 0,
    };

    private static string TypeOf(StoredItem? item) => item?.Value switch
    {
        null => "none",
        byte[] => "string",
        SortedMembers => "zset",
        ListItems => "list",
        SetMembers => "set",
        _ => "hash",
    };

    private static IEnumerable<StoredItem> Matching(IEnumerable<StoredItem> items, byte[]? pattern)
    {
        if (pattern is null)
            return items;
        var regex = Pattern(Encoding.Latin1.GetString(pattern));
        return items.Where(item => regex.IsMatch(Encoding.Latin1.GetString(item.Key)));
    }

    /// <summary>Converts a pattern of Redis, of bytes as Latin-1: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a]</c>, and <c>\</c> before a literal character.</summary>
    private static Regex Pattern(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            var end = pattern[i] == '[' ? pattern.IndexOf(']', i + 1) : -1;
            if (end > 0)
            {
                regex.Append(pattern.AsSpan(i, end - i + 1));
                i = end;
                continue;
            }

            regex.Append(pattern[i] switch
            {
                '*' => ".*",
                '?' => ".",
                '\\' when i + 1 < pattern.Length => Regex.Escape(pattern[++i].ToString()),
                var literal => Regex.Escape(literal.ToString()),
            });
        }

        return new Regex(regex.Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
