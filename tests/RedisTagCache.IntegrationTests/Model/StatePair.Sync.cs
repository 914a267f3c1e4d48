using System.Globalization;
using System.Text;
using RedisTagCache.Connection;
using RedisTagCache.Model;
using RedisTagCache.Scripts;
using RedisTagCache.Tags;
using StackExchange.Redis;
using InvalidationPage = RedisTagCache.Model.TagInvalidationPage;

namespace RedisTagCache.IntegrationTests.Model;

internal sealed partial class StatePair
{
    private const int MaxSyncs = 4;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private Task<TagStateSnapshot>? _syncing;
    private SentScript? _sent;
    private RedisResult? _reply;
    private Task<TagStateSnapshot?>? _covering;
    private Stamp _covered;
    private int _syncs;
    private bool _isSynced = true;

    public SyncPhase SyncPhase => Model.Sync.Phase;

    public bool IsCovering => _covering is not null;

    /// <summary>The stamps that a read can bring: those that the server has had.</summary>
    public IReadOnlyCollection<Stamp> Stamps => _stamps;

    /// <summary>Synchronizes, unless that is under way.</summary>
    public Task RefreshAsync()
    {
        Real.Refresh();
        Model.BeginSync();
        return SettleAsync();
    }

    /// <summary>A read has brought a stamp: the state has to be complete up to there.</summary>
    public async Task CoverAsync(Stamp stamp)
    {
        (_covered, _syncs) = (stamp, 0);
        _covering = Real.CoverAsync(Stamp(stamp), CancellationToken.None).AsTask();
        await ContinueCoverAsync(isKnown: true);
        await SettleAsync();
    }

    /// <summary>A synchronization goes one step on: the server acts, or its answer arrives.</summary>
    public async Task StepSyncAsync(byte cap)
    {
        switch (SyncPhase)
        {
            case SyncPhase.Asked or SyncPhase.AskedAgain:
                var isAgain = SyncPhase == SyncPhase.AskedAgain;
                Model.Ask(ref Server, (byte)(_generations + 1), Broken.None, _pageSize);
                _generations = Math.Max(_generations, Server.Stamp.Generation);
                _reply = Reply(isAgain ? Model.Sync.PageAgain : Model.Sync.Page);
                break;
            case SyncPhase.Answered:
                Model.Adopt(Broken.None);
                Answer(_reply!);
                break;
            case SyncPhase.AnsweredAgain:
                _isSynced = Model.AdoptAgain(Broken.None);
                Answer(_reply!);
                break;
            default:
                Recover(cap);
                break;
        }

        await SettleAsync();
    }

    /// <summary>The script does not arrive, or its answer does not.</summary>
    public async Task FailSyncAsync()
    {
        Model.Sync = default;
        _isSynced = false;
        Take().Reply.SetException(new RedisServerException(default, CommandFlags.None, "ERR it fails"));
        await SettleAsync();
    }

    private void Recover(byte cap)
    {
        var (evicted, expired) = (Model.Sync.LostEvictions, Model.Sync.LostExpiries);
        var reply = Server.Invalidate(evicted, expired, cap, Broken.None);
        if (reply.IsRejected)
        {
            Model.Sync = default;
            _isSynced = false;
            Answer(RedisResult.Create((RedisValue)0));
            return;
        }

        _announcements.Add(new Announcement(reply, evicted, expired));
        Model.AskAgain();
        RedisValue[] parts = [Text(Stamp(reply.Before).ToString()), Text(Stamp(reply.After).ToString()), (long)reply.Floor];
        Answer(RedisResult.Create(parts));
    }

    /// <summary>Waits until the product has come as far as the model: it has sent what the model has, or has ended its synchronization.</summary>
    private async Task SettleAsync()
    {
        while (true)
        {
            if (Model.Sync.Phase is SyncPhase.Asked or SyncPhase.Recovering or SyncPhase.AskedAgain && _sent is null)
            {
                _sent = await _redis.NextAsync($"the model has {Model.Sync.Phase}");
                CompareSent();
                _syncing ??= Real.RenewAsync(CancellationToken.None).AsTask();
            }
            else if (Model.Sync.Phase == SyncPhase.None && _syncing is not null)
            {
                var isSynced = await SucceedsAsync(_syncing);
                Same(_isSynced, isSynced, "the synchronization has succeeded");
                (_syncing, _isSynced) = (null, true);
                await ContinueCoverAsync(isSynced);
            }
            else
            {
                return;
            }
        }
    }

    private async Task ContinueCoverAsync(bool isKnown)
    {
        if (_covering is not { } covering)
            return;
        var isCovered = Model.Covers(_covered);
        if (isKnown && !isCovered && _syncs++ < MaxSyncs)
        {
            Model.BeginSync();
            return;
        }

        if (isKnown && isCovered && Model.Known.Epoch > _covered.Epoch)
            Model.BeginSync();
        _covering = null;
        Same(isKnown, await SucceedsAsync(covering), "whether a read can be judged was found out");
        if (isKnown)
            Same(isCovered, await covering is not null, $"a read at {_covered} can be judged");
    }

    private static async Task<bool> SucceedsAsync<T>(Task<T> task)
    {
        try
        {
            await task.WaitAsync(_patience);
            return true;
        }
        catch (Exception e) when (task.IsCompleted && RedisFailure.IsRedis(e))
        {
            return false;
        }
    }

    private void CompareSent()
    {
        ref var sync = ref Model.Sync;
        if (sync.Phase == SyncPhase.Recovering)
        {
            Same("tag_invalidate", _sent!.Name, "the script that is sent");
            var lost = Members(sync.LostEvictions, sync.LostExpiries).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal);
            Assert.Equal(lost, _sent.Arguments[3..].Order(StringComparer.Ordinal));
            return;
        }

        var isAgain = sync.Phase == SyncPhase.AskedAgain;
        var from = isAgain ? sync.Page.Stamp.Epoch + 1 : sync.From;
        var floor = isAgain ? sync.Page.Floor : sync.OldFloor;
        Same("invalidations_sync", _sent!.Name, "the script that is sent");
        Same(sync.Sent.IsNone ? "" : Stamp(sync.Sent).ToString(), _sent.Arguments[0], "the stamp that is sent");
        Same(from.ToString(CultureInfo.InvariantCulture), _sent.Arguments[1], "from where on is asked");
        Same(floor.ToString(CultureInfo.InvariantCulture), _sent.Arguments[4], "the floor that is sent");
    }

    private SentScript Take()
    {
        var sent = _sent!;
        _sent = null;
        return sent;
    }

    private void Answer(RedisResult reply) => Take().Reply.SetResult(reply);

    private static RedisResult Reply(in InvalidationPage page)
    {
        List<(RedisValue Member, long Epoch)> rows = [("floor", page.HasMore && page.Floor > page.Highest() ? 0 : page.Floor)]; // on the next page
        for (var tag = 0; tag < Two.Length; tag++)
        {
            rows.Add((TagId.Member(TagInvalidationKind.Evict, Id(tag)), page.EvictedAt[tag]));
            rows.Add((TagId.Member(TagInvalidationKind.Expire, Id(tag)), page.ExpiredAt[tag]));
        }

        rows.RemoveAll(static row => row.Epoch == 0);
        if (page.HasMore)
            rows.InsertRange(0, Enumerable.Repeat(((RedisValue)"no invalidation", 0L), InvalidationsSyncScript.PageSize - rows.Count)); // as long as a page of the product
        return RedisResult.Create([Text(Stamp(page.Stamp).ToString()), (long)page.Floor, .. rows.OrderBy(static row => row.Epoch).SelectMany(static row => (RedisValue[])[row.Member, row.Epoch])]);
    }

    private static RedisValue Text(string text) => Encoding.UTF8.GetBytes(text);
}
