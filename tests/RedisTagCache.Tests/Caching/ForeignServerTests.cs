using RedisTagCache.Tests.Scripts;

namespace RedisTagCache.Tests.Caching;

/// <summary>A server that answers, but not what Redis would: callers get their values all the same.</summary>
public sealed class ForeignServerTests : IDisposable
{
    private readonly ScriptedInstance _instance = new();

    public static TheoryData<string, string> Replies
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var script in new[] { "lease_acquire", "lease_release", "entry_fill", "entry_overwrite", "entry_remove", "entry_set", "removals_sync", "invalidations_sync", "GET", "MGET", "ZSCORE", "all" })
            {
                foreach (var reply in new[] { "*0\r\n", "*-1\r\n", "$-1\r\n", ":7\r\n", "$7\r\nforeign\r\n", "*1\r\n:1\r\n", "*2\r\n:1\r\n*0\r\n", "*2\r\n:1\r\n:7\r\n", "-ERR foreign\r\n" })
                    rows.Add(script, reply);
            }

            return rows;
        }
    }

    public void Dispose() => _instance.Dispose();

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task GetOrCreateAndSet_WhateverTheServerAnswers_DoNotFail(string command, string reply)
    {
        string[] all = ["lease_acquire", "lease_release", "entry_fill", "entry_overwrite", "entry_remove", "entry_set", "removals_sync", "invalidations_sync", "GET", "MGET", "ZSCORE"];
        foreach (var answered in all)
            _instance.Answers[answered] = words => command == "all" || command == words[0] ? reply : Usual(words[0]);

        var cache = _instance.Get<ITagCache>();
        Assert.Equal("v", await cache.GetOrCreateAsync("k", static (_, _) => new ValueTask<string>("v"), tags: ["t"]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await cache.SetAsync("k", "w", tags: ["t"]);
        await _instance.Get<ITagCacheStore>().SetAsync(new CacheEntryKey(CacheRegion.Output, "page"), new("body"u8.ToArray()), CacheVersion.AtWrite, new TagCacheEntryOptions { Lifetime = TimeSpan.FromMinutes(1) });
    }

    private string? Usual(string command) => command switch
    {
        "lease_acquire" => ScriptedServer.List(ScriptedServer.Bulk(_instance.Stamp.ToString()), ScriptedServer.Bulk("100"), ":1\r\n", ":5000\r\n"),
        "entry_fill" => ScriptedServer.List(ScriptedServer.Bulk(_instance.Stamp.ToString()), ScriptedServer.Bulk("100"), ":1\r\n"),
        "entry_overwrite" => ScriptedServer.List(ScriptedServer.Bulk(_instance.Stamp.ToString()), ScriptedServer.Bulk("101"), ScriptedServer.Bulk("100"), ":1\r\n"),
        "entry_remove" => ScriptedServer.Texts("101", "100"),
        "entry_set" => ScriptedServer.List(ScriptedServer.Bulk(_instance.Stamp.ToString()), ":1\r\n"),
        "lease_release" => ":1\r\n",
        _ => null,
    };
}
