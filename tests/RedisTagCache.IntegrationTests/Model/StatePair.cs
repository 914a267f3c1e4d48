using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RedisTagCache.Commands;
using RedisTagCache.Connection;
using RedisTagCache.Invalidation;
using RedisTagCache.Model;
using RedisTagCache.Tags;
using RedisTagCache.Topology;
using InvalidationReply = RedisTagCache.Model.TagInvalidationReply;
using ModelState = RedisTagCache.Model.TagState;
using RealReply = RedisTagCache.Scripts.TagInvalidationReply;
using RealState = RedisTagCache.Tags.TagState;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>
/// What an instance knows of a partition twice: in the model, and in the product's own types. The server is the model's. What happens, happens to both, and
/// what both say afterwards is compared.
/// </summary>
internal sealed partial class StatePair : IDisposable
{
    private const int MaxNumbers = 200;

    private readonly FakeTimeProvider _time = new();
    private readonly KeySpace _keys = new("model", "build", 1);
    private readonly ManualRedis _redis;
    private readonly PartitionWatch _watch;
    private readonly DroppedCopies _dropped = new();
    private readonly Machine _machine = new(_scenario);
    private readonly HashSet<Stamp> _stamps = [];
    private readonly List<Announcement> _announcements = [];
    private readonly byte _pageSize;
    private World _world;
    private Server _earlier;
    private byte _generations;
    private Stamp _first;
    private int _modelDropped;

    /// <param name="pageSize">The maximum number of tag invalidations in one page; 0 for no maximum.</param>
    public StatePair(byte pageSize)
    {
        _pageSize = pageSize;
        _redis = new ManualRedis(_keys.Partitions, _time);
        var commands = new RedisCommands(_redis.Runner);
        var state = new RealState(_keys.Partitions[0], commands, new StoreSettings(TimeSpan.FromDays(1), 1_000), _redis.Meter, NullLogger<RealState>.Instance);
        _watch = new PartitionWatch(_keys.Partitions[0], state, _keys, commands, _time, _redis.Meter, NullLogger<PartitionWatch>.Instance)
        {
            Removals = new RedisTagCache.Invalidation.RemovalLog(RedisTagCache.Model.RemovalLog.Remembered),
        };
        _watch.Attach(_dropped);
        Server.Here = 1;
        ModelRemovals.Known = RedisTagCache.Model.RemovalLog.Unknown;
    }

    public bool HasRoom => Math.Max(Math.Max(Server.Clock, Server.Stamp.Epoch), Math.Max(Server.LastRemoval, ModelRemovals.Observe().Recorded)) < MaxNumbers;

    public bool HasEarlier { get; private set; }

    /// <summary>How many evictions of this instance were not confirmed.</summary>
    public byte Unconfirmed => Model.UnconfirmedCount;

    /// <summary>How many evictions were announced, and not yet forgotten.</summary>
    public int Announcements => _announcements.Count;

    private ref Server Server => ref _world.Servers[0];

    private ref Instance Instance => ref _world.Instances[0];

    private ref ModelState Model => ref Instance.TagStates[0];

    private RealState Real => _watch.TagState;

    /// <summary>Another instance evicts or expires tags. The announcement arrives later, more than once, or never.</summary>
    public void Evict(byte evicted, byte expired, byte cap)
    {
        var reply = Server.Invalidate(evicted, expired, cap, Broken.None);
        if (!reply.IsRejected)
            _announcements.Add(new Announcement(reply, evicted, expired));
    }

    /// <summary>An announcement arrives, or the reply to an eviction that this instance made, or retried when so many had failed.</summary>
    public async Task DeliverAsync(int index, bool isOwn, bool isLast, byte? owedBefore = null)
    {
        var (reply, evicted, expired) = _announcements[index];
        if (isLast)
            _announcements.RemoveAt(index);
        var real = new RealReply(Stamp(reply.Before), Stamp(reply.After), reply.Floor);
        var isComplete = Model.Apply(reply, evicted, expired, Broken.None);
        if (isOwn)
        {
            Assert.True(isComplete == Real.Apply(real, Members(evicted, expired)), $"An eviction is complete in the model: {isComplete}");
            if (owedBefore is { } before)
            {
                Model.Confirm(evicted, expired, before);
                Real.Confirm(Members(evicted, expired), before);
            }
        }
        else
        {
            _watch.Receive(Message(real, Members(evicted, expired)));
            if (!isComplete)
                Model.BeginSync();
        }

        await SettleAsync();
    }

    public void Lose(int index) => _announcements.RemoveAt(index);

    /// <summary>Redis does not confirm an eviction of this instance.</summary>
    public void FailEviction(byte evicted, byte expired)
    {
        Real.ApplyUnconfirmed(Members(evicted, expired));
        if (!Model.ApplyUnconfirmed(evicted, expired, Broken.None))
            ForgetAll();
    }

    /// <summary>Redis does not confirm more evictions than can be kept.</summary>
    public void FailAll()
    {
        Real.ApplyUnconfirmedToAll();
        Model.ApplyUnconfirmedToAll();
        ForgetAll();
    }

    /// <summary>Redis confirms an eviction of everything, which was retried when so many had failed.</summary>
    public void ConfirmAll(byte before)
    {
        Real.ConfirmAll(before);
        Model.ConfirmAll(before);
    }

    /// <summary>The connection is lost or restored.</summary>
    public void Disturb()
    {
        Real.Distrust();
        Model.Distrust();
    }

    public void LoseEpoch() => Server.Stamp = default;

    public void LoseTagInvalidations() => (Server.Floor, Server.EvictedAt, Server.ExpiredAt) = (0, default, default);

    public void LoseRemovals() => (Server.LastRemoval, Server.RemovalFloor, Server.Removals) = (0, 0, default);

    public void Remember() => (_earlier, HasEarlier) = (Server, true);

    /// <summary>Another server takes over with what an earlier moment had.</summary>
    public void GoBack(bool isClockBehind)
    {
        var (here, clock) = (Server.Here, Server.Clock);
        Server = _earlier;
        (Server.Here, Server.Clock) = ((byte)(here + 1), isClockBehind ? Server.Clock : clock);
        HasEarlier = false;
    }

    /// <summary>Both say the same.</summary>
    public void Compare()
    {
        if (!Server.Stamp.IsNone)
            _stamps.Add(Server.Stamp);
        if (_first.IsNone)
            _first = Model.Known;
        Assert.False(_redis.HasSent, "The product has sent what the model has not");
        CompareState();
        CompareRemovals();
        CompareValues();
        CompareJoiners();
        _time.Advance(TimeSpan.FromMilliseconds(1));
    }

    public void Dispose() => _redis.Dispose();

    private void CompareState()
    {
        Same(Model.HasKnown, Real.Known is not null, "something is known");
        Same(Model.IsTrusted, Real.IsTrusted, "what is known is trusted");
        Same(Model.NeedsRebuild, Real.NeedsRebuild, "what is known has to be rebuilt");
        Same(_modelDropped, _dropped.Count, "how often everything counted as evicted");
        Same(Model.UnconfirmedCount, Real.UnconfirmedCount, "how many evictions were not confirmed");
        Same(Model.Owes, Real.Owes, "an eviction is to be retried");
        for (var tag = 0; tag < Two.Length; tag++)
        {
            for (var number = 0; number <= Model.UnconfirmedCount; number++)
            {
                var unconfirmed = Real.UnconfirmedAt(number);
                Same(Math.Max(Model.OwedEvictions[tag], Model.OwedAll) > number, unconfirmed.IsEvictedHere(Id(tag)), $"tag {tag} was evicted here since {number}");
                Same(Model.OwedExpiries[tag] > number, unconfirmed.IsExpiredHere(Id(tag)), $"tag {tag} was expired here since {number}");
            }
        }

        Same(_first.IsNone ? null : Stamp(_first), Real.First, "the first stamp that was known");
        foreach (var stamp in _stamps)
            Same(Model.IsAt(stamp), Real.At(Stamp(stamp)) is not null, $"knows everything up to {stamp}");
        if (Real.Known is not { } known)
            return;
        Same(Stamp(Model.Known), known.Stamp, "the stamp that is known");
        Same(Model.Floor, known.Floor, "the floor");
        for (var tag = 0; tag < Two.Length; tag++)
        {
            var at = known.Invalidations[Id(tag)];
            Same((Model.EvictedAt[tag], Model.ExpiredAt[tag]), ((byte)at.EvictedAt, (byte)at.ExpiredAt), $"tag {tag} was evicted and expired");
            for (var number = 1; number <= Model.UnconfirmedCount; number++)
            {
                var order = Real.UnconfirmedAt(number);
                Same(IsBefore(Model.UnconfirmedEvictions[tag], number), order.IsEvictedBefore(Id(tag)), $"the eviction of tag {tag} was heard of before {number}");
                Same(IsBefore(Model.UnconfirmedExpiries[tag], number), order.IsExpiredBefore(Id(tag)), $"the expiry of tag {tag} was heard of before {number}");
            }
        }

        static bool IsBefore(byte number, int startedAt) => number > 0 && number <= startedAt;
    }

    private void ForgetAll()
    {
        _modelDropped++;
        ModelRemovals.Forget();
        _values.Clear();
    }

    private static void Same<T>(T model, T product, string what) =>
        Assert.True(EqualityComparer<T>.Default.Equals(model, product), $"{what}: {model} in the model, {product} in the product");

    private static EpochStamp Stamp(Stamp stamp) => new(stamp.Epoch, stamp.Generation, stamp.Run);

    private static byte[] Id(int tag) => TagId.Of(string.Create(CultureInfo.InvariantCulture, $"t{tag}"), nameof(tag));

    private static byte[][] Ids(byte tags) => [.. Enumerable.Range(0, Two.Length).Where(tag => (tags & 1 << tag) != 0).Select(Id)];

    private static byte[][] Members(byte evicted, byte expired) =>
        [.. Ids(evicted).Select(id => TagId.Member(TagInvalidationKind.Evict, id)), .. Ids(expired).Select(id => TagId.Member(TagInvalidationKind.Expire, id))];

    private static byte[] Message(RealReply reply, byte[][] members) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"m{reply.Before} {reply.After} {reply.Floor} {string.Concat(members.Select(member => $"{member.Length}:{Encoding.UTF8.GetString(member)}"))}"));

    /// <summary>An eviction that the server has made.</summary>
    private sealed record Announcement(InvalidationReply Reply, byte Evicted, byte Expired);

    /// <summary>Counts how often all copies are dropped.</summary>
    private sealed class DroppedCopies : ILocalCopies
    {
        public int Count { get; private set; }

        public CacheRegion Region => CacheRegion.Hybrid;

        public void Drop(string name, long number)
        {
        }

        public void DropAll(EntryWatch watch) => Count++;
    }
}
