using RedisTagCache.Model;
using RedisTagCache.SingleFlight;
using RedisTagCache.Topology;
using Phase = RedisTagCache.Model.Phase;

namespace RedisTagCache.IntegrationTests.Model;

internal sealed partial class StatePair
{
    private const int Leader = 0;
    private const int Joiners = 4;

    /// <summary>A value that began at the first lookup of its flight.</summary>
    private const int AsOfFirstLookup = 2;

    private static readonly Scenario _scenario = new("joiners", [.. Enumerable.Repeat(new OpPlan(OpKind.GetStrictly, 0, 0, 1), 1 + Joiners)]) { Instances = 1 };

    private readonly long[] _called = new long[1 + Joiners];
    private Flight<string>? _flight;
    private FlightResult<string>? _landed;
    private Value? _brought;
    private long _asked;

    /// <summary>Whether a flight is under way that callers can join.</summary>
    public bool IsFlying => _flight is not null && _landed is null;

    public bool CanJoin => FreeJoiner() > 0;

    public bool CanAwait => !_world.Ops[Leader].First.IsNone;

    /// <summary>A flight begins. The callers of the flight before it are done.</summary>
    public void Fly()
    {
        _world.Ops = default;
        _landed = null;
        _flight = new Flight<string>(Name(0), default);
        Ask();
    }

    /// <summary>It asks Redis.</summary>
    public void Ask()
    {
        _world.Ops[Leader].Phase = Phase.ReadsEntry;
        _machine.NoteStarted(ref _world, Leader);
        _asked = _time.GetTimestamp();
    }

    /// <summary>Redis answers.</summary>
    public void AnswerFlight()
    {
        ref var op = ref _world.Ops[Leader];
        _machine.Cover(ref _world, Leader);
        op.Version = Server.Stamp;
        var seen = op.Version.IsNone ? default : _machine.FirstSeen(_world, Leader, op.Version);
        if (op.First.IsNone)
        {
            (op.First, op.FirstWith) = (seen.IsNone ? new Stamp(1, 1, 1) : seen, op.AskedWith);
        }
        else if (!seen.IsNone)
        {
            _machine.NoteLookup(ref _world, Leader);
            _flight!.LookedUp(_asked, new CacheVersion(Stamp(seen)));
        }

        _flight!.Answered(_asked);
    }

    public void Join()
    {
        var joiner = FreeJoiner();
        ref var op = ref _world.Ops[joiner];
        (op.Phase, op.JoinedTo) = (Phase.Joined, Leader + 1);
        _called[joiner] = _time.GetTimestamp();
        Assert.True(_flight!.TryJoin(), "A flight can be joined.");
    }

    private int FreeJoiner()
    {
        for (var joiner = 1; joiner <= Joiners; joiner++)
        {
            if (_world.Ops[joiner].Phase == Phase.Idle)
                return joiner;
        }

        return 0;
    }

    /// <summary>The flight ends with a value.</summary>
    /// <param name="how">How the value began.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="isAwaited">Whether it was evicted since, so that only callers that waited for it may get it.</param>
    /// <param name="isOlder">Whether it is made of what was read before its lookup.</param>
    public void Land(int how, byte tags, bool isAwaited, bool isOlder)
    {
        ref var op = ref _world.Ops[Leader];
        if (NewValue(how, 0, tags, isOlder, how == AsOfFirstLookup ? op.First : default) is not { } value)
            return;
        (op.Found, op.Moment) = (value.Copy.Entry, value.Moment);
        _landed = value.Result with { IsOlder = isOlder };
        _brought = value;
        if (isOlder)
            Uncover();
        if (isAwaited)
        {
            op.Version = new Stamp(value.Copy.Entry.Epoch, value.Copy.Entry.Generation, value.Copy.Version.Run);
            op.AskedWith = 0; // the lookup that found it was noted when it was answered
            _machine.TakeAwaited(ref _world, Leader);
            _flight!.AnsweredWithAwaited();
        }
        else
        {
            _machine.Land(ref _world, Leader, value.Copy.Entry, value.Moment);
        }

        _flight!.Land(_landed);
    }

    /// <summary>The model has no values that are older than their lookup. Every caller has to doubt one.</summary>
    private void Uncover()
    {
        for (var joiner = 1; joiner <= Joiners; joiner++)
            _world.Ops[joiner].Covering = 0;
    }

    private void CompareJoiners()
    {
        for (var joiner = 1; joiner <= Joiners && _landed is not null; joiner++)
        {
            ref readonly var op = ref _world.Ops[joiner];
            if (op.Phase != Phase.Landed)
                continue;
            var first = _flight!.FirstLookupAfter(_called[joiner]);
            Same(op.First.IsNone ? default(EpochStamp?) : Stamp(op.First), first?.Since.Stamp, $"from when joiner {joiner} counts");
            Same(Machine.IsCovered(op), _flight.Covers(_called[joiner], _landed, first), $"joiner {joiner} need not doubt");
            Same(
                Machine.IsCovered(op) || Machine.IsLive(Instance, 0, 0, op.Found, op.Moment),
                _flight.Covers(_called[joiner], _landed, first) || _landed.IsLive(_brought!.Address),
                $"joiner {joiner} may take the value");
        }
    }
}
