using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Checking;
using RedisTagCache.HttpHistory.Clients;
using App = RedisTagCache.HttpHistory.Application.Application;

namespace RedisTagCache.HttpHistory.Evictions;

/// <summary>Changes content and evicts it, in every way that there is, and notes when each eviction began and was confirmed.</summary>
internal sealed class Evictor(App instance, IReadOnlyList<Target> targets, Content content, Verdicts verdicts, Burst burst, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Answer _answer = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var client = new RawClient(instance.Port);
        while (!stop.IsCancellationRequested)
        {
            await EvictAsync(client);
            if (_random.Next(4) == 0)
                await EvictElsewhereAsync();
            await Task.Delay(_random.Next(40), CancellationToken.None);
        }
    }

    private async Task EvictAsync(RawClient client)
    {
        var target = _random.Next(3) == 0 ? burst.Target : targets[_random.Next(targets.Count)];
        var (what, isByTemplate) = Choose(target);
        var isSoft = _random.Next(5) == 0;
        content.Change(target.ContentId);
        var log = isSoft ? what.Soft : what.Hard;
        var begin = log.Begin();
        var spelled = isByTemplate ? Path(target) : what.Name[0] == '/' ? Spelled(what.Name) : what.Name;
        var isConfirmed = isByTemplate ? await SendAsync(client, spelled, isSoft) : await CallAsync(spelled, isSoft);
        verdicts.Count(isConfirmed ? isSoft ? "expired" : "evicted" : "evictions that were not confirmed");
        if (isConfirmed)
            log.Confirm(begin, Stopwatch.GetTimestamp(), instance.Index, $"{(isSoft ? "expire" : "evict")} {(isByTemplate ? "by template " : "")}{spelled} on instance {instance.Index}");
        else
            log.Fail();
    }

    /// <summary>Evicts in the application's other cache what pages are evicted by. No page is affected.</summary>
    private async Task EvictElsewhereAsync()
    {
        var target = burst.Target ?? targets[_random.Next(targets.Count)];
        var what = Choose(target).What.Name;
        try
        {
            await (what[0] == '/' ? instance.Other.ExpireByPathAsync(what) : _random.Next(5) == 0 ? instance.Other.ExpireByTagAsync(what) : instance.Other.EvictByTagAsync(what));
            verdicts.Count("evicted in the other cache");
        }
        catch (RedisTagCacheUnavailableException)
        {
            verdicts.Count("evictions in the other cache that were not confirmed");
        }
    }

    private (Evictable What, bool IsByTemplate) Choose(Target target) => _random.Next(1_000) switch
    {
        < 3 => (target.Everything, false),
        < 40 => (target.Whole, false),
        < 120 when target.Page.VariesByQuery => (target.OfQueries[_random.Next(1, Target.Queries)], false),
        < 450 => (target.Thing, true),
        < 700 => (target.Path, false),
        _ => (target.Thing, false),
    };

    private async Task<bool> CallAsync(string what, bool isSoft)
    {
        try
        {
            if (what[0] != '/')
                await (isSoft ? instance.Store.ExpireByTagAsync(what) : instance.Pages.EvictByTagAsync(what, CancellationToken.None));
            else if (isSoft)
                await instance.Store.ExpireByPathAsync(what);
            else
                await instance.Pages.EvictByPathAsync(what);
            return true;
        }
        catch (RedisTagCacheUnavailableException)
        {
            return false;
        }
    }

    /// <summary>The path as applications may have it at hand: in any case, with or without a slash at its end.</summary>
    private string Spelled(string path) => _random.Next(4) switch
    {
        0 => path.ToUpperInvariant(),
        1 => path + "/",
        _ => path,
    };

    private string Path(Target target)
    {
        var path = Spelling.Of(target.Page, target.Resource, _random);
        foreach (var prefix in new[] { Names.PathBase, Names.Moved, "/.", "/x/.." })
            path = path.StartsWith(prefix + "/", StringComparison.Ordinal) ? path[prefix.Length..] : path;
        return path;
    }

    /// <summary>Through an endpoint that evicts the template of the page, with the thing spelled in any way.</summary>
    private async Task<bool> SendAsync(RawClient client, string path, bool isSoft)
    {
        var unconfirmed = instance.UnconfirmedEvictions;
        var request = string.Create(CultureInfo.InvariantCulture, $"POST {(isSoft ? Names.Expire : Names.Evict)}{path} HTTP/1.1\r\nHost: {Names.Hosts[0]}\r\nContent-Length: 0\r\n\r\n");
        await client.AskAsync(Encoding.ASCII.GetBytes(request), isHead: false, _answer);
        if (_answer.Status is not 204 and not 0)
            verdicts.Violate(Promise.EveryRequestIsAnswered, () => $"the eviction {path} was answered {_answer.Status}");
        return _answer.Status == 204 && instance.UnconfirmedEvictions == unconfirmed;
    }
}
