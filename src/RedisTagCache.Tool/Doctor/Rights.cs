using StackExchange.Redis;

namespace RedisTagCache.Tool.Doctor;

/// <summary>
/// Tries, on keys of its own that end by themselves, every command the cache uses. What a server says about rights differs from engine to engine; a
/// command that is refused is refused everywhere.
/// </summary>
internal sealed class Rights(IDatabase database, string prefix, TimeSpan timeout)
{
    private const string Lifetime = "5000";

    private readonly RedisKey _text = $"{{{prefix}:doctor}}:text";
    private readonly RedisKey _other = $"{{{prefix}:doctor}}:other";
    private readonly RedisKey _hash = $"{{{prefix}:doctor}}:hash";
    private readonly RedisKey _set = $"{{{prefix}:doctor}}:set";

    public async Task<IReadOnlyList<Finding>> CheckAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var needed = await TryAllAsync(Needed(), cancellationToken);
        var write = needed.FirstOrDefault(static failure => failure.Command == "SET");
        var refused = needed.Where(static failure => IsRefused(failure.Error)).Select(static failure => failure.Command).ToList();
        findings.Add(write.Error is null ? new Finding("write", Level.Ok, "An entry can be written and removed.") : Explain(write.Error));
        findings.Add(refused.Count == 0
            ? new Finding("rights", Level.Ok, "The user may do all that the cache needs.")
            : new Finding("rights", Level.Error, $"The user may not use {string.Join(", ", refused)}.", $"ACL SETUSER name {string.Join(' ', refused.Select(static c => "+" + c.ToLowerInvariant()))} ~{{{prefix}:* &{{{prefix}:*"));

        var messages = (await TryAllAsync([["PUBLISH", $"{{{prefix}:doctor}}:epoch", "-"]], cancellationToken)).Where(static failure => IsRefused(failure.Error)).ToList();
        if (messages.Count > 0)
            findings.Add(new Finding("rights", Level.Warn, "The user may not publish: copies in memory follow changes within two seconds instead of milliseconds.", $"ACL SETUSER name +publish +subscribe +unsubscribe &{{{prefix}:*"));
        var scripts = (await TryAllAsync([["EVAL", "return 1", 0]], cancellationToken)).FirstOrDefault();
        findings.Add(scripts.Error is null
            ? new Finding("scripts", Level.Ok, "Scripts are run.")
            : new Finding("scripts", Level.Error, "Scripts are not run: " + First(scripts.Error), "Allow EVAL and EVALSHA; a server or proxy without Lua will not do."));
        var tool = (await TryAllAsync([["SCAN", "0", "COUNT", 10], ["DBSIZE"], ["STRLEN", _text]], cancellationToken)).Where(static failure => IsRefused(failure.Error)).Select(static f => f.Command).ToList();
        if (tool.Count > 0)
            findings.Add(new Finding("rights", Level.Warn, $"The user may not use {string.Join(", ", tool)}: find, stats and reclaim do not work with it, the cache does.", "Run this tool as a user who may: +scan +dbsize +strlen."));
        return findings;
    }

    private object[][] Needed() =>
    [
        ["SET", _text, "v", "PX", Lifetime], ["GET", _text], ["MGET", _text, _other], ["GETRANGE", _text, 0, 1], ["STRLEN", _text], ["PTTL", _text], ["PEXPIRE", _text, Lifetime],
        ["EXISTS", _text], ["PERSIST", _text], ["RENAME", _text, _other], ["DEL", _other], ["UNLINK", _text],
        ["HSET", _hash, "f", "v"], ["HGET", _hash, "f"], ["HMGET", _hash, "f"], ["DEL", _hash],
        ["ZADD", _set, 1, "m"], ["ZSCORE", _set, "m"], ["ZCARD", _set], ["ZRANGE", _set, 0, -1], ["ZRANGEBYSCORE", _set, "-inf", "+inf"], ["ZREM", _set, "m"], ["DEL", _set],
        ["TIME"],
    ];

    private async Task<List<(string Command, string Error)>> TryAllAsync(object[][] commands, CancellationToken cancellationToken)
    {
        var failures = new List<(string, string)>();
        foreach (var command in commands)
        {
            try
            {
                object[] arguments = [.. command.Skip(1)];
                await database.ExecuteAsync((string)command[0], arguments, CommandFlags.DemandMaster).WaitAsync(timeout, cancellationToken);
            }
            catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException)
            {
                failures.Add(((string)command[0], e.Message));
                if (e is TimeoutException or RedisConnectionException)
                    break; // each of the others would wait as long
            }
        }

        return [.. failures.DistinctBy(static failure => failure.Item1)];
    }

    private static Finding Explain(string error)
    {
        const string Name = "write";
        return First(error) switch
        {
            "OOM" => new(Name, Level.Error, "The server refuses writes: its memory is full and its policy drops nothing.", "CONFIG SET maxmemory-policy volatile-lru, or give it more memory. redistagcache reclaim frees what is dead."),
            "READONLY" => new(Name, Level.Error, "The server refuses writes: it is a read-only replica.", "Connect to the primary."),
            "MISCONF" => new(Name, Level.Error, "The server refuses writes: it cannot save to disk.", "Free its disk, or switch snapshots off: the cache needs none."),
            "NOREPLICAS" => new(Name, Level.Error, "The server refuses writes: it wants replicas, and has too few.", "Start them, or lower min-replicas-to-write."),
            "LOADING" => new(Name, Level.Error, "The server is still loading its data.", "Wait; then run this again."),
            "CLUSTERDOWN" => new(Name, Level.Error, "The cluster is down: some slots have no primary.", "CLUSTER INFO and CLUSTER NODES there tell which."),
            "NOPERM" => new(Name, Level.Error, "The user may not write.", "See rights below."),
            _ => new(Name, Level.Error, "An entry cannot be written: " + error, "Look at the server's log."),
        };
    }

    private static bool IsRefused(string? error) => error is not null && First(error) is "NOPERM";

    private static string First(string error) => error.Split(' ', 2)[0];
}
